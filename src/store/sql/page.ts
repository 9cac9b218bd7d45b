import { Failure } from '../../core/failure.ts';
import type { Listed, Page } from '../store.ts';

/** A page, checked. */
export interface Cut {
  readonly limit: number;
  /** Only what stands before this position is wanted; lists run from the newest to the oldest. */
  readonly before: number;
}

/** Our cursors are positions as decimal numbers. Throws `request-invalid` for what is none. */
export function cutOf({ limit, after }: Page): Cut {
  demandLimit(limit);
  if (after === undefined) return { limit, before: Number.MAX_SAFE_INTEGER };
  if (!/^\d{1,15}$/.test(after)) throw noCursor(after);
  return { limit, before: Number(after) };
}

/** Throws `request-invalid` for more than a page may hold. */
export function demandLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return;
  throw new Failure('request-invalid', `limit is ${limit}; it must be a whole number from 1 to 1000.`, {
    param: 'limit',
  });
}

export function noCursor(after: string): Failure {
  return new Failure(
    'request-invalid',
    `after is ${JSON.stringify(after.slice(0, 200))}, which is no cursor of this list.`,
    { param: 'after' },
  );
}

/** A page out of one item more than it holds, if there are so many. */
export function listed<From, To>(found: readonly From[], limit: number, spell: Spelling<From, To>): Listed<To> {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  return {
    data: data.map(spell.item),
    ...(found.length > limit && last !== undefined ? { next: String(spell.position(last)) } : {}),
  };
}

export interface Spelling<From, To> {
  item(from: From): To;
  position(from: From): number;
}
