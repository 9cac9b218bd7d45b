import type { Clock, Log } from '../../core/ports.ts';
import type { Row } from './batch.ts';
import type { Stretch, Walk, WalkStep } from './walks.ts';

/** Runs one reading statement. */
export type Read = (sql: string, parameters: Row) => Promise<readonly object[]>;

/** What it takes to go through the ledger. */
export interface WalkTools {
  readonly read: Read;
  /** Lets the reader's thread make one step. */
  readonly step: (step: WalkStep) => Promise<readonly unknown[]>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Pick<Log, 'info'>;
}

/** So many entries at a time: other questions wait no longer than for these, some ten milliseconds. */
const stepLength = 8_192;
/** So many sums at a time: what runs beside waits no longer than for these, about a millisecond. */
const pageLength = 1_000;
/** Who walks for longer says every so often how far it has come. */
const toldMs = 5_000;

/** Goes through a stretch of the ledger on the reader's thread, and tells what was found there page by page. */
export async function* walkLedger<Found>(
  { step, clock, log }: WalkTools,
  walk: Walk,
  { after, upTo }: Stretch,
): AsyncGenerator<readonly Found[], void> {
  const [begun] = (await step({ begin: walk })) as readonly { readonly walk: number }[];
  if (begun === undefined) throw new TypeError('a walk that has begun has a number');
  let toldAt = clock.monotonic();
  let isOver = false;
  try {
    for (let from = after; from < upTo; from += stepLength) {
      await step({ walk: begun.walk, through: { after: from, upTo: Math.min(upTo, from + stepLength) } });
      if (clock.monotonic() - toldAt < toldMs) continue;
      toldAt = clock.monotonic();
      const percent = Math.floor((100 * (Math.min(upTo, from + stepLength) - after)) / (upTo - after));
      log.info(`the ledger is being added up, ${percent} % so far`, { count: upTo - after });
    }
    while (!isOver) {
      const page = (await step({ walk: begun.walk, take: pageLength })) as readonly Found[];
      isOver = page.length < pageLength;
      yield page;
    }
  } finally {
    // Nobody waits for it any more; a thread that is gone has forgotten it already.
    if (!isOver) step({ walk: begun.walk, take: 0 }).catch(() => undefined);
  }
}
