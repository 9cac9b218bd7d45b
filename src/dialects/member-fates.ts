import type { Lost } from '../core/loss.ts';
import type { Splices } from './dialect.ts';
import { type Given, memberOf } from './parameter.ts';

/** What becomes of the top-level members of a request at a provider that spells it a little differently. */
export interface Fates {
  /** Those that are there and go. */
  readonly removed: ReadonlySet<string>;
  /** From the caller's name to the provider's, whether there or not. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Decides which members go and which get another name. Of two that come to the same name, the one that had it stays,
 * unless it is null. What goes and was not null is reported, so that nothing a caller said is lost in silence.
 */
export function fatesOf(given: Given, { without, renamed }: Splices, lost: Lost): Fates {
  if (without === undefined && renamed === undefined) return untouched;
  const removed = new Set<string>();
  const remove = (name: string, why: string): void => {
    removed.add(name);
    if (memberOf(given, name) !== undefined) lost({ path: name, why });
  };
  for (const name of without ?? []) if (given.members.has(name)) remove(name, 'unsupported');
  const names = new Map(Object.entries(renamed ?? {}));
  const taken = new Set<string>();
  for (const name of given.members.keys()) if (!removed.has(name) && !names.has(name)) taken.add(name);
  for (const [from, to] of names) {
    if (!given.members.has(from) || removed.has(from)) continue;
    if (taken.has(to) && memberOf(given, to) === undefined) remove(to, 'superseded');
    else if (taken.has(to)) remove(from, 'superseded');
    else taken.add(to);
  }
  return { removed, renamed: names };
}

const untouched: Fates = { removed: new Set(), renamed: new Map() };
