import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import { formatUsd } from '../core/money.ts';
import { unhurried } from '../core/unhurried.ts';
import type { UsageDimension, UsageQuery, UsageRow } from '../store/store.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { within } from './reach.ts';
import { spellTotal, spellTotalUnits, totalTokens, totalUnits } from './tokens.ts';

/** What rows may be told apart by, as it is asked for. */
const dimensions = {
  model: 'model',
  provider: 'provider',
  key: 'key',
  project: 'project',
  operation: 'operation',
  user: 'user',
  tag: 'tag',
  service_tier: 'serviceTier',
} as const satisfies { readonly [name: string]: UsageDimension };
type DimensionName = keyof typeof dimensions;
const dimensionNames = Object.keys(dimensions) as [DimensionName, ...DimensionName[]];

/** A group's fields are there when they were asked for; null collects the calls that have none, such as refusals. */
const usageShape = z
  .object({
    bucket_start: moment.optional(),
    model: z.string().nullable().optional(),
    provider: z.string().nullable().optional(),
    key_id: z.string().nullable().optional(),
    project_id: z.string().nullable().optional(),
    operation: z.string().nullable().optional(),
    user: z.string().nullable().optional().describe('The end user that the caller named.'),
    tag: z
      .string()
      .nullable()
      .optional()
      .describe('A call with several tags counts under each of them: rows by tag may add up to more than there was.'),
    service_tier: z
      .string()
      .nullable()
      .optional()
      .describe('The tier of service that answered, where its provider said so.'),
    requests: z.int(),
    failures: z.int(),
    tokens: totalTokens,
    units: totalUnits,
    cost_usd: z.string().describe('By the prices of today where they were applied to the past, else by those of then.'),
    overrun_usd: z
      .string()
      .describe('What providers took beyond what was held for a call: spent too, and not in `cost_usd`.'),
    adjusted_usd: z.string().describe('Of the cost, what re-pricing has added since, or taken off.'),
    reported_cost_usd: z.string().describe('What providers said themselves that they charge, where they did.'),
    unpriced_requests: z.int().describe('Calls whose price nobody knew; their cost is not in `cost_usd`.'),
  })
  .meta({ title: 'Usage' });

const totals = procedure({
  name: 'usage.list',
  method: 'GET',
  path: '/admin/v1/usage',
  summary: 'Add up calls, tokens and cost, over groups and stretches of time.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    ...pageFields,
    // Whoever asks for sums wants all of them, as far as a page goes.
    limit: pageFields.limit.default(1000),
    // It tells names that callers wrote.
    after: z.string().min(1).max(20_000).optional().describe('`next` of the page before, of the same question.'),
    from: moment.optional().describe('Inclusive; by default 30 days before `to`.'),
    to: moment.optional().describe('Exclusive; by default now.'),
    group_by: z.array(z.enum(dimensionNames)).default([]),
    bucket: z.enum(['minute', 'hour', 'day']).optional(),
    format: z
      .enum(['json', 'csv'])
      .default('json')
      .describe('`csv` for a spreadsheet: a column for each member, and every page if no `limit` is given.'),
  }),
  csv: 'format',
  output: listOf(usageShape),
  run: async (context, input) => {
    const { store, clock } = context;
    const begun = input.after === undefined ? undefined : readCursor(input.after);
    const to = input.to === undefined ? (begun?.to ?? clock.now() + 1) : readMoment(input.to);
    const from = input.from === undefined ? to - defaultSpanMs : readMoment(input.from);
    const groupBy = dimensionNames.flatMap((name) => (input.group_by.includes(name) ? [dimensions[name]] : []));
    const own = await within(context);
    const query = { from, to, groupBy, ...own, ...(input.bucket === undefined ? {} : { bucket: input.bucket }) };
    refuseUnanswerable(query);
    const { limit } = pageOf(input);
    const { data, next } = await store.ledger.usagePage(query, { limit, ...(begun && { after: begun.after }) });
    const spelled = await unhurried(clock, data, (row) => spellUsage(row, query));
    return listed(
      { data: spelled, ...(next !== undefined && { next: spellCursor({ to, after: next }) }) },
      (row) => row,
    );
  },
});

export const usage = [totals] as const;

const dayMs = 86_400_000;
const defaultSpanMs = 30 * dayMs;
const bucketMs = { minute: 60_000, hour: 3_600_000, day: dayMs };

/** More stretches than this are nobody's report. */
const maxBuckets = 10_000;

/** Where a page ends. Pages without a `to` of their own end when the first does: else each would be of another time. */
interface Cursor {
  readonly to: number;
  readonly after: string;
}

function spellCursor({ to, after }: Cursor): string {
  return `${to.toString(36)}~${after}`;
}

function readCursor(text: string): Cursor {
  const [, to, after] = /^([0-9a-z]{1,9})~(.+)$/s.exec(text) ?? [];
  if (to !== undefined && after !== undefined) return { to: Number.parseInt(to, 36), after };
  throw new Failure(
    'request-invalid',
    `after is ${JSON.stringify(text.slice(0, 200))}, which is no cursor of this list; give \`next\` of the page before.`,
    { param: 'after' },
  );
}

function refuseUnanswerable({ from, to, bucket }: UsageQuery): void {
  if (from >= to) {
    throw new Failure('request-invalid', `from is ${spellMoment(from)}; it must be before to, ${spellMoment(to)}.`, {
      param: 'from',
    });
  }
  const buckets = bucket === undefined ? 1 : Math.ceil((to - from) / bucketMs[bucket]);
  if (buckets <= maxBuckets) return;
  throw new Failure(
    'request-invalid',
    `bucket is ${bucket}, of which there are ${buckets} from ${spellMoment(from)} to ${spellMoment(to)}; ask for at most ${maxBuckets}.`,
    { param: 'bucket' },
  );
}

function spellUsage(row: UsageRow, { groupBy }: UsageQuery): z.input<typeof usageShape> {
  const group = groupBy.map((dimension) => [groupNames[dimension], row.group[dimension] ?? null]);
  return {
    ...(row.bucketStart === undefined ? {} : { bucket_start: spellMoment(row.bucketStart) }),
    ...Object.fromEntries(group),
    requests: row.requests,
    failures: row.failures,
    tokens: spellTotal(row.tokens),
    units: spellTotalUnits(row.units),
    cost_usd: formatUsd(row.cost),
    overrun_usd: formatUsd(row.overrun),
    adjusted_usd: formatUsd(row.adjusted),
    reported_cost_usd: formatUsd(row.reportedCost),
    unpriced_requests: row.unpriced,
  };
}

const groupNames = {
  model: 'model',
  provider: 'provider',
  key: 'key_id',
  project: 'project_id',
  operation: 'operation',
  user: 'user',
  tag: 'tag',
  serviceTier: 'service_tier',
} as const satisfies { readonly [Dimension in UsageDimension]: string };
