import { type Kysely, sql } from 'kysely';
import type { Listed, Page, RequestRecord } from '../store.ts';
import { type EntryColumn, entryColumns } from './entry.ts';
import { cutOf, listed } from './page.ts';
import { present } from './present.ts';
import type { Schema } from './schema.ts';
import { perClass } from './token-columns.ts';

/** The records of calls, newest first: each page is found by its position, however many there are. */
export async function listRequests(database: Kysely<Schema>, page: Page): Promise<Listed<RequestRecord>> {
  const { limit, before } = cutOf(page);
  const rows = await requestRows(database)
    .where('sequence', '<', before)
    .orderBy('sequence', 'desc')
    .limit(limit + 1)
    .execute();
  return listed(rows, limit, { item: requestRecord, position: ({ sequence }) => sequence });
}

function requestRows(database: Kysely<Schema>) {
  return database
    .selectFrom('requests')
    .select([...plainColumns, 'attempts'])
    .select(sql<string | null>`cast(total_cost as text)`.as('total_cost'))
    .select(sql<string | null>`cast(reported_cost as text)`.as('reported_cost'));
}

type RequestRow = Awaited<ReturnType<ReturnType<typeof requestRows>['execute']>>[number];

type Apart = 'attempt' | 'closing' | 'cost' | 'reported_cost';
const apart: ReadonlySet<EntryColumn> = new Set<Apart>(['attempt', 'closing', 'cost', 'reported_cost']);
/** All but those that are read as texts, or stand for one attempt alone. */
const plainColumns = entryColumns.filter((name) => !apart.has(name)) as readonly Exclude<EntryColumn, Apart>[];

function requestRecord(row: RequestRow): RequestRecord {
  return {
    requestId: row.request_id,
    keyId: row.key_id,
    projectId: row.project_id,
    organisationId: row.organisation_id,
    dialect: row.dialect,
    operation: row.operation,
    stream: row.stream === 1,
    requestedModel: row.requested_model,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    latencyMs: row.latency_ms,
    status: row.status,
    outcome: row.outcome,
    basis: row.basis,
    attempts: row.attempts,
    usage: {
      tokens: perClass(row),
      ...present({ reportedCost: row.reported_cost === null ? null : BigInt(row.reported_cost) }),
    },
    tags: list(row.tags),
    lost: list(row.lost),
    flags: list(row.flags),
    ...present({
      provider: row.provider,
      model: row.model,
      firstByteMs: row.first_byte_ms,
      failure: row.failure,
      upstreamStatus: row.upstream_status,
      upstreamRequestId: row.upstream_request_id,
      cost: row.total_cost === null ? null : BigInt(row.total_cost),
      endUser: row.end_user,
      metadata: row.metadata,
    }),
  };
}

/** A list as `entryRow` wrote it. */
function list(text: string | null): readonly never[] {
  return text === null ? [] : JSON.parse(text);
}
