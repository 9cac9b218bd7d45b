import { Failure } from '../core/failure.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { LimitMatch } from '../core/limit.ts';
import { didYouMean, nearestAmong } from '../core/nearest.ts';

/** More limits than this on one owner are a mistake, and each costs every call. */
export const mostLimits = 100;

/** The members that say which calls a limit is about. */
export const matchFields = ['end_user', 'tag', 'model'] as const;

/** Refuses with a sentence that names the field, what was found, and what it must be. */
export function refused(param: string, found: unknown, mustBe: string): Failure {
  const text = JSON.stringify(found) ?? 'missing';
  const state = text.length <= 80 ? text : `${text.slice(0, 79)}…`;
  return new Failure('request-invalid', `${param} is ${state}; it must be ${mustBe}.`, { param });
}

/** An object with these members and no other. */
export function objectOf(
  value: unknown,
  { param, known, example }: { readonly param: string; readonly known: readonly string[]; readonly example: string },
): JsonObject {
  if (!isJsonObject(value)) throw refused(param, value, `an object such as ${example}`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return value;
  const near = didYouMean(nearestAmong(known)(unknown));
  const shown = JSON.stringify(unknown.slice(0, 80));
  throw new Failure(
    'request-invalid',
    `${param} has no field ${shown}; ${near === '' ? `its fields are: ${known.join(', ')}.` : near}`,
    {
      param: `${param}.${unknown.slice(0, 80)}`,
    },
  );
}

/** One word of a list; the first if there is none. */
export function oneOf<Word extends string>(
  value: unknown,
  { param, words }: { readonly param: string; readonly words: readonly [Word, ...Word[]] },
): Word {
  if (value === undefined) return words[0];
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  const near = typeof value === 'string' ? didYouMean(nearestAmong(words)(value)) : '';
  throw refused(param, value, `one of ${words.join(', ')}${near === '' ? '' : ` (${near})`}`);
}

export function matchOf(given: JsonObject, param: string): LimitMatch {
  const { end_user: endUser, tag, model } = given;
  if (model !== undefined && model !== '*' && !(typeof model === 'string' && /^[^/]+\/./.test(model))) {
    throw refused(
      `${param}.model`,
      model,
      'provider/model, as the record of a call tells them, or "*" for each model on its own',
    );
  }
  return {
    ...(endUser === undefined ? {} : { endUser: textOf(endUser, `${param}.end_user`) }),
    ...(tag === undefined ? {} : { tag: textOf(tag, `${param}.tag`) }),
    ...(model === undefined ? {} : { model: textOf(model, `${param}.model`) }),
  };
}

export function spellMatch({ endUser, tag, model }: LimitMatch) {
  return {
    ...(endUser === undefined ? {} : { end_user: endUser }),
    ...(tag === undefined ? {} : { tag }),
    ...(model === undefined ? {} : { model }),
  };
}

export function isSameMatch(one: LimitMatch, other: LimitMatch): boolean {
  return one.endUser === other.endUser && one.tag === other.tag && one.model === other.model;
}

function textOf(value: unknown, param: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 500) return value;
  throw refused(param, value, 'a text of 1 to 500 characters, or "*" for each value on its own');
}

/** Gives new ones the identity of those that they stand for: by id, else by the first rule that finds one that is not taken. */
export function identified<New extends { readonly id?: string }, Old extends { readonly id: string }>(
  wanted: readonly New[],
  before: readonly Old[],
  { param, isSame }: { readonly param: string; readonly isSame: readonly ((one: New, old: Old) => boolean)[] },
): readonly (Old | undefined)[] {
  const left = new Set(before);
  const claim = (old: Old | undefined): Old | undefined => {
    if (old !== undefined) left.delete(old);
    return old;
  };
  const byId = wanted.map(({ id }, index) => {
    if (id === undefined) return undefined;
    const old = [...left].find((each) => each.id === id);
    if (old === undefined)
      throw refused(`${param}[${index}].id`, id, 'the id of one that is there, once; leave it out for a new one');
    return claim(old);
  });
  return isSame.reduce<readonly (Old | undefined)[]>(
    (found, same) =>
      found.map((old, index) => {
        const one = wanted[index];
        return old ?? (one === undefined ? undefined : claim([...left].find((each) => same(one, each))));
      }),
    byId,
  );
}
