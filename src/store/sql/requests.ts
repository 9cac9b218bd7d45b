import { type Kysely, sql } from 'kysely';
import type { Entry, Listed, RequestQuery, RequestRecord, RequestStory } from '../store.ts';
import { type EntryColumn, entryColumns } from './entry.ts';
import { cutOf, listed } from './page.ts';
import { present } from './present.ts';
import type { Schema } from './schema.ts';
import { perClass } from './token-columns.ts';

/** The records of calls, newest first: each page is found by its position, however many there are. */
export async function listRequests(database: Kysely<Schema>, query: RequestQuery): Promise<Listed<RequestRecord>> {
  const { limit, before } = cutOf(query);
  // With a plus before it, a column is not looked up in its index: what is left is the one of times.
  const place = (await isFewByTime(database, query)) ? sql<number>`+sequence` : sql.ref<number>('sequence');
  const rows = await wanted(requestRows(database), query)
    .where(place, '<', before)
    .orderBy(place, 'desc')
    .limit(limit + 1)
    .execute();
  return listed(rows, limit, { item: requestRecord, position: ({ sequence }) => sequence });
}

/** One call with all its entries. The conditions are literal, for each names the index of one kind of entry. */
export async function requestStory(database: Kysely<Schema>, id: string): Promise<RequestStory | undefined> {
  const [row] = await requestRows(database).where('request_id', '=', id).limit(1).execute();
  if (row === undefined) return undefined;
  const entries = entryRows(database).where('request_id', '=', id);
  const others = await entries.where(sql<boolean>`closing = 0`).orderBy('attempt').execute();
  const closing = await entries.where(sql<boolean>`closing = 1`).execute();
  return { record: requestRecord(row), entries: [...others, ...closing].map(entryOf) };
}

/** Fewer than these are found by their time and put in order sooner than by going through all that came later. */
const fewByTime = 50_000;

/** Whether an old stretch of time is asked for, and little else that an index knows, in which not much happened. */
async function isFewByTime(database: Kysely<Schema>, { from = 0, to, ...query }: RequestQuery): Promise<boolean> {
  if (to === undefined || query.keyId !== undefined || query.failure !== undefined) return false;
  const inTime = database
    .selectFrom('entries')
    .select(sql<number>`1`.as('one'))
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .limit(fewByTime);
  const [found] = await database
    .selectFrom(inTime.as('few'))
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .execute();
  return (found?.count ?? 0) < fewByTime;
}

function requestRows(database: Kysely<Schema>) {
  return database
    .selectFrom('requests')
    .select([...plainColumns, 'attempts'])
    .select(sql<string | null>`cast(total_cost as text)`.as('total_cost'))
    .select(sql<string | null>`cast(reported_cost as text)`.as('reported_cost'));
}

function wanted(rows: ReturnType<typeof requestRows>, query: RequestQuery): ReturnType<typeof requestRows> {
  const { statusClass, from, to, tag } = query;
  let found = rows;
  for (const [column, value] of equals(query)) if (value !== undefined) found = found.where(column, '=', value);
  if (query.outcome !== undefined && query.outcome !== 'complete') found = found.where(trouble);
  if (query.failure !== undefined) found = found.where(sql<boolean>`failure is not null`);
  if (statusClass !== undefined) {
    found = found.where('status', '>=', statusClass * 100).where('status', '<', statusClass * 100 + 100);
    if (statusClass >= 4) found = found.where(trouble);
  }
  if (from !== undefined) found = found.where('started_at', '>=', from);
  if (to !== undefined) found = found.where('started_at', '<', to);
  if (tag !== undefined) found = found.where(sql<boolean>`exists (select 1 from json_each(tags) where value = ${tag})`);
  return found;
}

/** Whole calls are not answered with an error: said in the words of the index of the others. */
const trouble = sql<boolean>`outcome <> 'complete'`;

function equals(query: RequestQuery) {
  return [
    ['organisation_id', query.organisationId],
    ['project_id', query.projectId],
    ['key_id', query.keyId],
    ['provider', query.provider],
    ['model', query.model],
    ['requested_model', query.requestedModel],
    ['outcome', query.outcome],
    ['failure', query.failure],
  ] as const;
}

function entryRows(database: Kysely<Schema>) {
  return database
    .selectFrom('entries')
    .select([...plainColumns, 'attempt', 'closing'])
    .select(sql<string | null>`cast(cost as text)`.as('cost'))
    .select(sql<string | null>`cast(reported_cost as text)`.as('reported_cost'));
}

function entryOf(row: Awaited<ReturnType<ReturnType<typeof entryRows>['execute']>>[number]): Entry {
  const { attempts: attempt, ...told } = requestRecord({ ...row, attempts: row.attempt, total_cost: row.cost });
  return { ...told, attempt, closing: row.closing === 1 };
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
