import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import { Refusal } from './server.ts';

/** What a vendor says of one member: whether a value is one it takes. */
export type Taken = (value: Json, path: string) => void;

export interface Members {
  readonly [name: string]: Taken;
}

/** The members of an object; those whose name ends in `!` must be there. Unknown ones are refused. */
export function members(path: string, value: Json | undefined, known: Members): JsonObject {
  const object = objectAt(path, value);
  for (const name of Object.keys(object)) {
    const taken = known[name] ?? known[`${name}!`];
    const here = path === '' ? name : `${path}.${name}`;
    if (taken === undefined) throw new Refusal(`${here}: Extra inputs are not permitted`, { param: here });
    const found = object[name] ?? null;
    if (found !== null || known[name] === undefined) taken(found, here);
  }
  for (const name of Object.keys(known)) {
    if (!name.endsWith('!') || name.slice(0, -1) in object) continue;
    const here = `${path === '' ? '' : `${path}.`}${name.slice(0, -1)}`;
    throw new Refusal(`${here}: Field required`, { param: here });
  }
  return object;
}

export function objectAt(path: string, value: Json | undefined): JsonObject {
  if (!isJsonObject(value)) throw new Refusal(`${path}: Input should be an object`, { param: path });
  return value;
}

export function listAt(path: string, value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new Refusal(`${path}: Input should be a valid list`, { param: path });
  return value;
}

export const anything: Taken = () => undefined;

export const bool: Taken = (value, path) => demand(typeof value === 'boolean', path, 'should be a valid boolean');

export const object: Taken = (value, path) => void objectAt(path, value);

export function text(pattern = /^/): Taken {
  return (value, path) =>
    demand(typeof value === 'string' && pattern.test(value), path, `should be a string that matches ${pattern}`);
}

export function number(least: number, most: number): Taken {
  return (value, path) =>
    demand(typeof value === 'number' && value >= least && value <= most, path, `should be ${least} to ${most}`);
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Taken {
  return (value, path) => {
    demand(Number.isInteger(value), path, 'should be a valid integer');
    number(least, most)(value, path);
  };
}

export function word(...words: readonly string[]): Taken {
  return (value, path) => demand(words.includes(String(value)), path, `should be one of ${words.join(', ')}`);
}

export function listOf(taken: Taken, most = Number.MAX_SAFE_INTEGER): Taken {
  return (value, path) => {
    const found = listAt(path, value);
    demand(found.length <= most, path, `should have at most ${most} items`);
    for (const [index, one] of found.entries()) taken(one, `${path}.${index}`);
  };
}

export function demand(holds: boolean, path: string, what: string): void {
  if (!holds) throw new Refusal(`${path}: Input ${what}`, { param: path });
}
