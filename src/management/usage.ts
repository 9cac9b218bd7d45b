import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import { formatUsd } from '../core/money.ts';
import type { UsageDimension, UsageQuery, UsageRow } from '../store/store.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { listed, listOf } from './page.ts';
import { procedure } from './procedure.ts';
import { within } from './reach.ts';
import { spellTotal, totalTokens } from './tokens.ts';

const dimensions = [
  'model',
  'provider',
  'key',
  'project',
  'operation',
  'user',
] as const satisfies readonly UsageDimension[];

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
    requests: z.int(),
    failures: z.int(),
    tokens: totalTokens,
    cost_usd: z.string(),
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
    from: moment.optional().describe('Inclusive; by default 30 days before `to`.'),
    to: moment.optional().describe('Exclusive; by default now.'),
    group_by: z.array(z.enum(dimensions)).default([]),
    bucket: z.enum(['minute', 'hour', 'day']).optional(),
  }),
  output: listOf(usageShape),
  run: async (context, input) => {
    const { store, clock } = context;
    const to = input.to === undefined ? clock.now() + 1 : readMoment(input.to);
    const from = input.from === undefined ? to - defaultSpanMs : readMoment(input.from);
    const groupBy = dimensions.filter((dimension) => input.group_by.includes(dimension));
    const own = await within(context);
    const query = { from, to, groupBy, ...own, ...(input.bucket === undefined ? {} : { bucket: input.bucket }) };
    refuseUnanswerable(query);
    const data = await store.ledger.usage(query);
    return listed({ data }, (row) => spellUsage(row, query));
  },
});

export const usage = [totals] as const;

const dayMs = 86_400_000;
const defaultSpanMs = 30 * dayMs;
const bucketMs = { minute: 60_000, hour: 3_600_000, day: dayMs };

/** The answer is one page: more stretches than this are nobody's report. */
const maxBuckets = 10_000;

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
    cost_usd: formatUsd(row.cost),
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
} as const satisfies { readonly [Dimension in UsageDimension]: string };
