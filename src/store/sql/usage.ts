import { type Kysely, sql } from 'kysely';
import { Failure } from '../../core/failure.ts';
import { byClass, byClassName, usageClassNames } from '../../core/usage.ts';
import type { UsageDimension, UsageQuery, UsageRow } from '../store.ts';
import type { Schema } from './schema.ts';
import { tokenColumns } from './token-columns.ts';

/** More rows than this are of no use to a reader, and hold up everybody else's questions. */
const mostRows = 100_000;

const columnOf = {
  model: 'model',
  provider: 'provider',
  key: 'key_id',
  project: 'project_id',
  operation: 'operation',
  user: 'end_user',
} as const satisfies Record<UsageDimension, keyof Schema['entries']>;

const bucketMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Sums over all attempts that began in a span of time, each where it was spent: what a call cost at a first provider
 * before it fell back stands under that provider. Calls and failures are counted by closing entries.
 */
export async function sumUsage(database: Kysely<Schema>, query: UsageQuery): Promise<readonly UsageRow[]> {
  const dimensions = [...new Set(query.groupBy)];
  const rows = await usageRows(database, query, dimensions).execute();
  if (rows.length > mostRows) {
    throw new Failure(
      'request-invalid',
      `This usage has more than ${mostRows} rows; ask for a shorter time, a longer bucket or fewer groups.`,
      { param: 'bucket' },
    );
  }
  return rows.map((row) => usageRow(row, dimensions));
}

function usageRows(database: Kysely<Schema>, query: UsageQuery, dimensions: readonly UsageDimension[]) {
  const names = [...(query.bucket === undefined ? [] : ['bucket_start']), ...dimensions].map((name) => sql.ref(name));
  const { organisationId } = query;
  const entries = database.selectFrom('entries');
  const own = organisationId === undefined ? entries : entries.where('organisation_id', '=', organisationId);
  const rows = own
    .where('started_at', '>=', query.from)
    .where('started_at', '<', query.to)
    .select(bucketStart(query.bucket).as('bucket_start'))
    .select(dimensions.map((name) => sql.ref<string | null>(columnOf[name]).as(name)))
    .select(sums)
    .having(sql<number>`count(*)`, '>', 0)
    .limit(mostRows + 1);
  return names.reduce((grouped, name) => grouped.groupBy(name).orderBy(name), rows);
}

function bucketStart(bucket: UsageQuery['bucket']) {
  if (bucket === undefined) return sql<number | null>`null`;
  return sql<number | null>`started_at - started_at % ${bucketMs[bucket]}`;
}

/** Amounts are summed in whole dollars and the rest, so that no sum passes what an integer of 64 bits holds. */
const sums = [
  sql<number>`count(*) filter (where closing = 1)`.as('requests'),
  sql<number>`count(*) filter (where closing = 1 and outcome in ('failed', 'refused'))`.as('failures'),
  sql<number>`count(*) filter (where cost is null)`.as('unpriced'),
  sql<string | null>`cast(sum(cost / 1000000000) as text)`.as('cost_dollars'),
  sql<string | null>`cast(sum(cost % 1000000000) as text)`.as('cost_nanos'),
  ...tokenColumns.map(tokens),
];

function tokens<Column extends keyof Schema['entries']>(column: Column) {
  return sql<number | null>`sum(cast(${sql.ref(column)} as double precision))`.as(column);
}

type SummedRow = Awaited<ReturnType<ReturnType<typeof usageRows>['execute']>>[number];

function usageRow(row: SummedRow, dimensions: readonly UsageDimension[]): UsageRow {
  const group = dimensions.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]]));
  return {
    ...(row.bucket_start === null ? {} : { bucketStart: row.bucket_start }),
    group: Object.fromEntries(group),
    requests: row.requests,
    failures: row.failures,
    unpriced: row.unpriced,
    cost: BigInt(row.cost_dollars ?? 0) * 1_000_000_000n + BigInt(row.cost_nanos ?? 0),
    tokens: byClass(byClassName((name) => row[usageClassNames[name]] ?? 0)),
  };
}
