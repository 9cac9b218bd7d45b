import type { LimitMatch } from '../../core/limit.ts';
import type { Entry } from '../store.ts';

/** What of an entry decides which budgets it concerns. */
export type Matched = Pick<Entry, 'endUser' | 'tags' | 'provider' | 'model'>;

const everything: readonly string[] = [''];
const nothing: readonly string[] = [];

/** For which of a budget's balances an entry counts: none if it does not match; several if it has several tags. */
export function valuesIn(match: LimitMatch, entry: Matched): readonly string[] {
  const { endUser, tag, model } = match;
  if (endUser === undefined && tag === undefined && model === undefined) return everything;
  const users = endUser === undefined ? everything : named(endUser, entry.endUser);
  const tags = tag === undefined ? everything : namedAmong(tag, entry.tags);
  const models = model === undefined ? everything : named(model, modelName(entry));
  if (users.length === 0 || tags.length === 0 || models.length === 0) return nothing;
  const starred = [endUser, tag, model].filter((name) => name === '*').length;
  return tags.map((each) => balanceName(starred, [users[0] ?? '', each, models[0] ?? '']));
}

/** A model as its target says it. */
export function modelName({ provider, model }: Pick<Entry, 'provider' | 'model'>): string | undefined {
  return provider === undefined || model === undefined ? undefined : `${provider}/${model}`;
}

/** The name of a balance: what each `*` stands for, as a list if there are several. */
export function balanceName(starred: number, names: readonly string[]): string {
  if (starred === 0) return '';
  return starred === 1 ? (names.find((name) => name !== '') ?? '') : JSON.stringify(names);
}

/** What stands for a name that the budget does not tell apart is empty. */
function named(wanted: string, found: string | undefined): readonly string[] {
  if (found === undefined) return nothing;
  if (wanted === '*') return [found];
  return wanted === found ? everything : nothing;
}

function namedAmong(wanted: string, found: readonly string[]): readonly string[] {
  if (wanted === '*') return found.length < 2 ? found : [...new Set(found)];
  return found.includes(wanted) ? everything : nothing;
}
