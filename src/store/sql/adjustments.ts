import { type Kysely, sql } from 'kysely';
import type { Adjustment, BookedEntry, BookedQuery } from '../adjustment.ts';
import type { AuditRecord } from '../store.ts';
import { recorded } from './audit.ts';
import type { Row } from './batch.ts';
import { present } from './present.ts';
import type { Schema } from './schema.ts';
import { perClass, tokenColumns } from './token-columns.ts';
import { unitColumns, unitsOf } from './unit-columns.ts';
import type { Writer } from './writer.ts';

const columns = ['entry', 'number', 'request_id', 'attempt', 'delta', 'reason', 'source', 'at', 'batch'] as const;

/** They are numbered in the order in which they are committed, so that whoever follows them misses none. */
const insert = `insert into adjustments (${columns.join(', ')})
  values (${columns.map(() => '?').join(', ')}) on conflict (entry, number) do nothing`;

export async function writeAdjustments(
  { database, writer }: { readonly database: Kysely<Schema>; readonly writer: Pick<Writer, 'write'> },
  adjustments: readonly Adjustment[],
  audit: AuditRecord | undefined,
): Promise<void> {
  if (adjustments.length === 0 && audit === undefined) return;
  await writer.write(recorded(database, { sql: insert, rows: adjustments.map(adjustmentRow) }, audit));
}

function adjustmentRow({ entry, number, requestId, attempt, delta, reason, source, at, batch }: Adjustment): Row {
  return [entry, number, requestId, attempt, delta.toString(), reason, source, at, batch];
}

/** Attempts in the order of time, and of writing where that is the same: each page begins where an index finds it. */
export async function listBooked(database: Kysely<Schema>, query: BookedQuery): Promise<readonly BookedEntry[]> {
  let rows = bookedRows(database)
    .where('started_at', '>=', query.after?.startedAt ?? query.from)
    .where('started_at', '<', query.to)
    .where(sql<boolean>`(started_at, sequence) > (${query.after?.startedAt ?? -1}, ${query.after?.sequence ?? -1})`);
  if (query.organisationId !== undefined) rows = rows.where('organisation_id', '=', query.organisationId);
  if (query.provider !== undefined) rows = rows.where('provider', '=', query.provider);
  if (query.model !== undefined) rows = rows.where('model', '=', query.model);
  const found = await rows.orderBy('started_at').orderBy('sequence').limit(query.limit).execute();
  return found.map(bookedEntry);
}

function bookedRows(database: Kysely<Schema>) {
  return database
    .selectFrom('entries')
    .select(['sequence', 'request_id', 'attempt', 'operation', 'started_at', 'ended_at', 'basis', 'flags'])
    .select([...tokenColumns, ...unitColumns, 'service_tier'])
    .select(sql<string>`provider`.as('provider'))
    .select(sql<string>`model`.as('model'))
    .select(sql<string | null>`cast(cost as text)`.as('cost'))
    .select(sql<string | null>`cast(overrun as text)`.as('overrun'))
    .select(sql<number>`cost is not null and held is not null and cost = held`.as('capped'))
    .select('settlement')
    .select(
      sql<string | null>`(select cast(sum(delta) as text) from adjustments where entry = entries.sequence)`.as(
        'adjusted',
      ),
    )
    .select(sql<number>`(select count(*) from adjustments where entry = entries.sequence)`.as('adjustments'))
    .where('provider', 'is not', null)
    .where('model', 'is not', null)
    .where('basis', '<>', 'none');
}

function bookedEntry(row: Awaited<ReturnType<ReturnType<typeof bookedRows>['execute']>>[number]): BookedEntry {
  const { cost, adjusted, overrun } = row;
  const isPriced = cost !== null || adjusted !== null;
  return {
    sequence: row.sequence,
    requestId: row.request_id,
    attempt: row.attempt,
    operation: row.operation,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    provider: row.provider,
    model: row.model,
    basis: row.basis,
    usage: {
      tokens: perClass(row),
      ...present({ units: unitsOf(row) ?? null, serviceTier: row.service_tier }),
    },
    ...(isPriced ? { cost: BigInt(cost ?? 0) + BigInt(overrun ?? 0) + BigInt(adjusted ?? 0) } : {}),
    capped: row.capped === 1,
    ...present({ settlement: row.settlement }),
    adjustments: row.adjustments,
    flags: row.flags === null ? [] : JSON.parse(row.flags),
  };
}
