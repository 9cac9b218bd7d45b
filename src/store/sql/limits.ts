import { type Kysely, sql } from 'kysely';
import type { LimitOwner, OwnedLimits } from '../../core/limit.ts';
import type { Key, Limited, LimitedCaller, Limits, PastQuery, PastUse } from '../store.ts';
import type { Register } from './register.ts';
import type { Schema } from './schema.ts';
import type { KnownTenants } from './tenants.ts';
import { tokenColumns } from './token-columns.ts';

export interface LimitTools {
  readonly database: Kysely<Schema>;
  readonly keys: Register<Key>;
  readonly tenants: KnownTenants;
}

/** What limits callers: looked up once for each, and again when anybody is changed. */
export function openLimits({ database, keys, tenants: { organisations, projects } }: LimitTools): Limits {
  const known = new Map<string, Found>();
  let changes = 0;
  const found = (caller: LimitedCaller): Found => ({
    ...caller,
    limits: [
      ...owned({ kind: 'key', id: caller.keyId }, keys.get(caller.keyId)),
      ...owned({ kind: 'project', id: caller.projectId }, projects.get(caller.projectId)),
      ...owned({ kind: 'organisation', id: caller.organisationId }, organisations.get(caller.organisationId)),
    ],
  });
  return {
    of(caller) {
      const now = keys.changes + projects.changes + organisations.changes;
      if (now !== changes) {
        known.clear();
        changes = now;
      }
      const before = known.get(caller.keyId);
      if (before?.projectId === caller.projectId && before.organisationId === caller.organisationId)
        return before.limits;
      const next = found(caller);
      if (keys.get(caller.keyId) !== undefined) known.set(caller.keyId, next);
      return next.limits;
    },
    past: (question) => pastUse(database, question),
  };
}

interface Found extends LimitedCaller {
  readonly limits: readonly OwnedLimits[];
}

function owned(owner: LimitOwner, { budgets = [], rates = [] }: Limited = {}): readonly OwnedLimits[] {
  return budgets.length + rates.length === 0 ? [] : [{ owner, budgets, rates }];
}

/** Of calls that began before the time in question and were admitted in it. */
const longestWaitMs = 3_600_000;

/** Nobody tells when a call was admitted: it arrived before, and its answer's head came after. */
const admittedBy = sql<number>`cast(started_at + case when closing = 1 then ifnull(first_byte_ms, latency_ms) else 0 end as integer) + 1`;

/** One flat query: it goes once through what happened in the window, and sorts no more than it must. */
async function pastUse(database: Kysely<Schema>, question: PastQuery): Promise<readonly PastUse[]> {
  const { owner, match, since, slotMs, limit } = question;
  const { from, values, where } = reach(match);
  const calls = match.model === undefined ? sql`sum(closing)` : sql`count(distinct request_id)`;
  const tokens = sql.join(
    tokenColumns.map((name) => sql`ifnull(${sql.ref(name)}, 0)`),
    sql` + `,
  );
  const { rows } = await sql<PastRow>`
    select max(${admittedBy}) as at, ${calls} as requests, sum(${tokens}) as tokens,
      sum(ifnull(image, 0)) as images, sum(ifnull(audio_second, 0)) / 1000.0 as audio_seconds, ${told(values)}
    from ${from}
    where started_at >= ${since - longestWaitMs} and ${sql.ref(ownerColumns[owner.kind])} = ${owner.id} and attempt > 0
      and ${admittedBy} >= ${since} and ${where}
    group by ${sql.join([...values.flatMap((value) => value ?? []), sql`started_at / ${slotMs}`])}
    order by at desc
    limit ${limit}`.execute(database);
  return rows.toReversed().map(({ at, v1, v2, v3, requests, tokens: all, images, audio_seconds: audioSeconds }) => ({
    ...{ at, requests, tokens: all, images, audioSeconds },
    values: [v1, v2, v3].filter((value) => value !== null),
  }));
}

type Expression = ReturnType<typeof sql>;

function told(values: readonly (Expression | undefined)[]): Expression {
  return sql.join(values.map((value, place) => sql`${value ?? sql`null`} as ${sql.ref(`v${place + 1}`)}`));
}

interface PastRow {
  readonly at: number;
  readonly v1: string | null;
  readonly v2: string | null;
  readonly v3: string | null;
  readonly requests: number;
  readonly tokens: number;
  readonly images: number;
  readonly audio_seconds: number;
}

const ownerColumns = { key: 'key_id', project: 'project_id', organisation: 'organisation_id' } as const;

/** Which entries a match is about, and what it tells apart by `*`. */
function reach({ endUser, tag, model }: PastQuery['match']) {
  const target = sql<string>`provider || '/' || model`;
  return {
    from: tag === '*' ? sql`entries, json_each(entries.tags) as tag` : sql`entries`,
    values: [
      endUser === '*' ? sql`end_user` : undefined,
      tag === '*' ? sql`tag.value` : undefined,
      model === '*' ? target : undefined,
    ],
    where: sql.join(
      [
        sql`1 = 1`,
        ...(endUser === undefined ? [] : [endUser === '*' ? sql`end_user is not null` : sql`end_user = ${endUser}`]),
        ...(tag === undefined || tag === '*' ? [] : [hasTag(tag)]),
        ...(model === undefined ? [] : [model === '*' ? sql`model is not null` : sql`${target} = ${model}`]),
      ],
      sql` and `,
    ),
  };
}

function hasTag(tag: string) {
  return sql`exists (select 1 from json_each(entries.tags) where value = ${tag})`;
}
