import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Listed, Page } from '../store/store.ts';

/** The input of everything that lists page by page. */
export const pageFields = {
  limit: z.int().min(1).max(1000).default(100).describe('How many to answer at most.'),
  after: z.string().min(1).max(1000).optional().describe('`next` of the page before.'),
};

/** A list of these, as every list is answered. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    data: z.array(item),
    has_more: z.boolean(),
    next: z.string().nullable().describe('The `after` of the next page; null at the end.'),
  });
}

export function pageOf({ limit, after }: { readonly limit: number; readonly after?: string | undefined }): Page {
  return { limit, ...(after === undefined ? {} : { after }) };
}

/** A page of the store on the wire. */
export function listed<From, To>({ data, next }: Listed<From>, spell: (item: From) => To) {
  return { data: data.map(spell), has_more: next !== undefined, next: next ?? null };
}

/** A page of a list that is all in memory; its cursor is the id of the page's last item. */
export function pageIn<Item extends { readonly id: string }>(
  items: readonly Item[],
  { limit, after }: Page,
): Listed<Item> {
  const before = after === undefined ? -1 : items.findIndex(({ id }) => id === after);
  if (after !== undefined && before === -1) {
    throw new Failure('request-invalid', `after is ${JSON.stringify(after)}, which is no cursor of this list.`, {
      param: 'after',
    });
  }
  const data = items.slice(before + 1, before + 1 + limit);
  const last = data.at(-1);
  return { data, ...(last === undefined || last === items.at(-1) ? {} : { next: last.id }) };
}
