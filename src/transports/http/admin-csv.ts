import { columnsOf, csvHead, csvRow } from '../../core/csv.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Clock } from '../../core/ports.ts';
import { unhurried } from '../../core/unhurried.ts';

/** A page of a list, as JSON. */
export type AskPage = (after: string) => Promise<string>;

/**
 * A list as a table, made page by page as it is taken: no more than a page of it is ever held. The first page is there already, so that
 * what is refused is refused with a status; a later failure breaks the answer off. Without `next` it is the table of the first page alone.
 */
export function csvStream(
  first: string,
  { clock, next }: { readonly clock: Clock; readonly next: AskPage | undefined },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let columns: readonly string[] | undefined;
  let body: string | undefined = first;
  return new ReadableStream({
    async pull(controller) {
      const { data = [], next: after }: Page = JSON.parse(body ?? '{}');
      if (columns === undefined) {
        columns = columnsOf(data.slice(0, 1));
        if (columns.length > 0) controller.enqueue(encoder.encode(csvHead(columns)));
      }
      const own = columns;
      const rows = await unhurried(clock, data, (item) => csvRow(own, item));
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.join('')));
      body = next === undefined || typeof after !== 'string' ? undefined : await next(after);
      if (body === undefined) controller.close();
    },
  });
}

interface Page {
  readonly data?: readonly JsonObject[];
  readonly next?: string | null;
}
