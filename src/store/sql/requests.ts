import { type Kysely, sql } from 'kysely';
import type { Clock } from '../../core/ports.ts';
import { unhurried } from '../../core/unhurried.ts';
import type { Entry, Listed, RequestOwner, RequestQuery, RequestRecord, RequestStory } from '../store.ts';
import { type EntryColumn, entryColumns } from './entry.ts';
import { cutOf, listed } from './page.ts';
import { present } from './present.ts';
import type { Reader } from './reader.ts';
import type { Search } from './reports/find.ts';
import type { Schema } from './schema.ts';
import { perClass } from './token-columns.ts';
import { unitsOf } from './unit-columns.ts';

export interface RequestTools {
  readonly database: Kysely<Schema>;
  readonly reader: Pick<Reader, 'find'>;
  readonly clock: Clock;
}

/** The records of calls, newest first: each page is found by its position, however many there are. */
export async function listRequests(tools: RequestTools, query: RequestQuery): Promise<Listed<RequestRecord>> {
  const { limit: _limit, after: _after, ...wanted } = query;
  const { limit, before } = cutOf(query);
  const rows = await (Object.values(wanted).every((value) => value === undefined)
    ? requestRows(tools.database)
        .where('sequence', '<', before)
        .orderBy('sequence', 'desc')
        .limit(limit + 1)
        .execute()
    : foundRows(tools, { query: wanted, before, limit: limit + 1 }));
  const records = await unhurried(tools.clock, rows, requestRecord);
  const { next } = listed(rows, limit, { item: ({ sequence }) => sequence, position: ({ sequence }) => sequence });
  return { data: records.slice(0, limit), ...(next === undefined ? {} : { next }) };
}

async function foundRows({ database, reader }: RequestTools, search: Search): Promise<readonly RequestRow[]> {
  const sequences = await reader.find(search);
  if (sequences.length === 0) return [];
  return await requestRows(database).where('sequence', 'in', sequences).orderBy('sequence', 'desc').execute();
}

/** One call with all its entries. The conditions are literal, for each names the index of one kind of entry. */
export async function requestStory(
  database: Kysely<Schema>,
  id: string,
  of?: RequestOwner,
): Promise<RequestStory | undefined> {
  let calls = requestRows(database).where('request_id', '=', id);
  if (of !== undefined) calls = calls.where('key_id', '=', of.keyId);
  const [row] = await calls.limit(1).execute();
  if (row === undefined) return undefined;
  const entries = entryRows(database).where('request_id', '=', id);
  const others = await entries.where(sql<boolean>`closing = 0`).orderBy('attempt').execute();
  const closing = await entries.where(sql<boolean>`closing = 1`).execute();
  return { record: requestRecord(row), entries: [...others, ...closing].map(entryOf) };
}

function requestRows(database: Kysely<Schema>) {
  return database
    .selectFrom('requests')
    .select([...plainColumns, 'attempts'])
    .select(sql<string | null>`cast(total_cost as text)`.as('total_cost'))
    .select(sql<string | null>`cast(adjusted as text)`.as('adjusted'))
    .select(sql<string | null>`cast(reported_cost as text)`.as('reported_cost'))
    .select(sql<string | null>`cast(held as text)`.as('held'))
    .select(sql<string | null>`cast(${overrunOf} as text)`.as('overrun'));
}

/** Over all entries of a call; null if none has any. */
const overrunOf = sql`ifnull(
  requests.overrun + ifnull((select sum(overrun) from entries where request_id = requests.request_id and closing = 0), 0),
  (select sum(overrun) from entries where request_id = requests.request_id and closing = 0)
)`;

function entryRows(database: Kysely<Schema>) {
  return database
    .selectFrom('entries')
    .select([...plainColumns, 'attempt', 'closing'])
    .select(sql<string | null>`cast(cost as text)`.as('cost'))
    .select(sql<string | null>`cast(${adjustedOf} as text)`.as('adjusted'))
    .select(sql<string | null>`cast(reported_cost as text)`.as('reported_cost'))
    .select(sql<string | null>`cast(held as text)`.as('held'))
    .select(sql<string | null>`cast(overrun as text)`.as('overrun'));
}

const adjustedOf = sql`(select sum(delta) from adjustments where entry = entries.sequence)`;

function entryOf(row: Awaited<ReturnType<ReturnType<typeof entryRows>['execute']>>[number]): Entry {
  const { cost, adjusted } = row;
  const total = cost === null && adjusted === null ? null : String(BigInt(cost ?? 0) + BigInt(adjusted ?? 0));
  const { attempts: attempt, ...told } = requestRecord({ ...row, attempts: row.attempt, total_cost: total });
  return { ...told, attempt, closing: row.closing === 1 };
}

type RequestRow = Awaited<ReturnType<ReturnType<typeof requestRows>['execute']>>[number];

type Apart = 'attempt' | 'closing' | 'cost' | 'reported_cost' | 'hold' | 'held' | 'held_skew' | 'overrun';
const apart: ReadonlySet<EntryColumn> = new Set<Apart>([
  'attempt',
  'closing',
  'cost',
  'reported_cost',
  'hold',
  'held',
  'held_skew',
  'overrun',
]);
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
      ...present({
        units: unitsOf(row) ?? null,
        serviceTier: row.service_tier,
        reportedCost: row.reported_cost === null ? null : BigInt(row.reported_cost),
      }),
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
      adjusted: row.adjusted === null ? null : BigInt(row.adjusted),
      endUser: row.end_user,
      metadata: row.metadata,
      heldAt: row.held_at,
      held: row.held === null ? null : BigInt(row.held),
      settlement: row.settlement,
      overrun: row.overrun === null ? null : BigInt(row.overrun),
    }),
  };
}

/** A list as `entryRow` wrote it. */
function list(text: string | null): readonly never[] {
  return text === null ? [] : JSON.parse(text);
}
