import { Failure } from '../../src/core/failure.ts';
import type { Listed, Page } from '../../src/store/store.ts';

export type Verb = <Args extends readonly unknown[], T>(act: (...args: Args) => T) => (...args: Args) => Promise<T>;

export function impossible(what: string): Failure {
  return new Failure('gateway-storage-failed', `There is such a ${what} already.`);
}

/** Newest first; the cursor is the position of the last item of the page before. */
export function pageOf<T>(
  oldestFirst: readonly T[],
  { limit, after }: Page,
  isWanted: (item: T) => boolean = () => true,
): Listed<T> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw strange('limit', limit);
  if (after !== undefined && !/^\d{1,15}$/.test(after)) throw strange('after', after);
  const end = after === undefined ? oldestFirst.length : Number(after);
  const found = oldestFirst
    .map((item, position) => ({ item, position }))
    .filter(({ item, position }) => position < end && isWanted(item))
    .reverse();
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const more = found.length > limit && last !== undefined ? { next: String(last.position) } : {};
  return { data: data.map(({ item }) => item), ...more };
}

function strange(param: string, found: string | number): Failure {
  return new Failure('request-invalid', `${param} is ${JSON.stringify(found)}, which no list takes.`, { param });
}
