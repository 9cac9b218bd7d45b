import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import { costOf, formatUsd, isByTime } from '../core/money.ts';
import type { Adjustment, BookedEntry } from '../store/adjustment.ts';
import { auditRecord } from './audit-record.ts';
import type { Context } from './context.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { procedure } from './procedure.ts';

const name = z.string().min(1).max(512);

const repriced = z
  .object({
    dry_run: z.boolean(),
    batch: z.string().nullable().describe('The mark of the corrections that were made; null if there are none.'),
    entries: z.int().describe('Attempts that were looked at.'),
    repriced: z.int().describe('Of these, those that cost something else now.'),
    priced: z.int().describe('Those that had no price, and have one now.'),
    unpriced: z.int().describe('Those whose price is still unknown.'),
    kept: z
      .int()
      .describe(
        'Those whose cost does not follow from their usage: free ones, unmeasured ones, ones cut at their hold.',
      ),
    delta_usd: z.string().describe('What all of them cost more than before, or less.'),
    next: z.string().nullable().describe('The `after` of the next part; null when all are done.'),
  })
  .meta({ title: 'Repricing' });

const run = procedure({
  name: 'ledger.reprice',
  method: 'POST',
  path: '/admin/v1/ledger/reprice',
  summary:
    'Compute what past calls cost by the prices that are now known for their time, and correct the ledger by the difference.',
  role: 'admin',
  scope: 'house',
  inParts: true,
  status: 200,
  input: z.strictObject({
    from: moment.describe('When the calls came in; inclusive.'),
    to: moment.optional().describe('Exclusive; by default now.'),
    provider: name.optional(),
    model: name.optional().describe('As its provider names it.'),
    dry_run: z.boolean().default(false).describe('Say what would be done, and do nothing.'),
    limit: z.int().min(1).max(20_000).default(5_000).describe('How many attempts to look at in one part.'),
    after: z.string().max(40).optional().describe('`next` of the part before.'),
  }),
  output: repriced,
  run: async (context, { from, to, dry_run: dryRun, limit, after, ...only }) => {
    const query = {
      ...{ from: readMoment(from), to: to === undefined ? context.clock.now() + 1 : readMoment(to), limit },
      ...(only.provider === undefined ? {} : { provider: only.provider }),
      ...(only.model === undefined ? {} : { model: only.model }),
      ...(after === undefined ? {} : { after: placeIn(after) }),
    };
    if (query.from >= query.to)
      throw new Failure('request-invalid', `from is ${from}; it must be before to, ${spellMoment(query.to)}.`, {
        param: 'from',
      });
    const entries = await context.store.ledger.booked(query);
    const batch = context.ids.make('reprice');
    const fates = entries.map((entry) => fateOf(context, entry));
    const changes = fates.flatMap((fate, index) => {
      const entry = entries[index];
      return entry === undefined || !('delta' in fate)
        ? []
        : [adjustment(entry, fate, { batch, at: context.clock.now() })];
    });
    const delta = changes.reduce((sum, change) => sum + change.delta, 0n);
    if (!dryRun && changes.length > 0) {
      const summary = `re-priced ${changes.length} attempts from ${from} on, ${formatUsd(delta)} USD in all (${batch})`;
      await context.store.ledger.adjust(
        changes,
        auditRecord(context, { procedure: 'ledger.reprice', subject: batch, summary }),
      );
    }
    const count = (kind: Fate['kind']): number => fates.filter((fate) => fate.kind === kind).length;
    const last = entries.length < limit ? undefined : entries.at(-1);
    return {
      ...{ dry_run: dryRun, batch: changes.length === 0 ? null : batch, entries: entries.length },
      ...{ repriced: count('re-priced'), priced: count('priced'), unpriced: count('unpriced'), kept: count('kept') },
      delta_usd: formatUsd(delta),
      next: last === undefined ? null : `${last.startedAt}-${last.sequence}`,
    };
  },
});

export const reprice = [run] as const;

type Fate =
  | { readonly kind: 'same' | 'kept' | 'unpriced' }
  | { readonly kind: Adjustment['reason']; readonly delta: bigint; readonly source: string };

/** What was free within an allowance stays free, for who came first that day does not change with a price. */
function fateOf({ priceFor }: Pick<Context, 'priceFor'>, entry: BookedEntry): Fate {
  const price = priceFor({ ...entry, at: entry.startedAt });
  if (price === undefined) return { kind: entry.cost === undefined ? 'unpriced' : 'same' };
  if (entry.flags.includes('free-allowance') || !isByUsage(entry)) return { kind: 'kept' };
  if (isByTime(price) && entry.usage.units?.computeSeconds === undefined) return { kind: 'kept' };
  const { cost } = entry;
  const { source } = price;
  const due = costOf(entry.usage, price);
  if (cost === undefined) return { kind: 'priced', delta: due, source };
  return due === cost ? { kind: 'same' } : { kind: 're-priced', delta: due - cost, source };
}

/**
 * Whether its cost follows from its usage. It does not where nobody came to tell how it ended, or where our own count of what was seen,
 * or a count that is not believed, was cut at what was held.
 */
function isByUsage({ settlement, basis, capped, flags }: BookedEntry): boolean {
  if (settlement === 'expired') return false;
  return !(capped && (basis === 'estimated' || flags.includes('usage-invalid')));
}

function adjustment(
  { sequence, adjustments, requestId, attempt }: BookedEntry,
  { kind, delta, source }: Extract<Fate, { readonly delta: bigint }>,
  made: Pick<Adjustment, 'batch' | 'at'>,
): Adjustment {
  return { entry: sequence, number: adjustments + 1, requestId, attempt, delta, reason: kind, source, ...made };
}

function placeIn(after: string): { readonly startedAt: number; readonly sequence: number } {
  const [, startedAt, sequence] = /^(\d{1,15})-(\d{1,15})$/.exec(after) ?? [];
  if (startedAt !== undefined && sequence !== undefined)
    return { startedAt: Number(startedAt), sequence: Number(sequence) };
  throw new Failure('request-invalid', `after is ${JSON.stringify(after)}, which is no \`next\` of this.`, {
    param: 'after',
  });
}
