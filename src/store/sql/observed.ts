import { type Kysely, sql } from 'kysely';
import { wouldRefuse } from '../../core/limit.ts';
import type { ObservedQuery, ObservedRow } from '../observed.ts';
import type { Schema } from './schema.ts';

/** Counts each call once for each limit, however many of its attempts the limit would have refused. Reads `entries_observed` alone. */
export async function sumObserved(
  database: Kysely<Schema>,
  { from, to, organisationId }: ObservedQuery,
): Promise<readonly ObservedRow[]> {
  const mark = wouldRefuse('');
  const own = organisationId === undefined ? sql`` : sql`and organisation_id = ${organisationId}`;
  const { rows } = await sql<ObservedRow>`
    select
      substr(flag.value, ${mark.length + 1}) as limitId,
      key_id as keyId,
      count(distinct request_id) as calls,
      min(started_at) as firstAt,
      max(started_at) as lastAt
    from entries indexed by entries_observed, json_each(entries.flags) as flag
    where instr(flags, '"would-refuse:') > 0 and started_at >= ${from} and started_at < ${to} ${own}
      and substr(flag.value, 1, ${mark.length}) = ${mark}
    group by 1, 2
    order by 1, 2
  `.execute(database);
  return rows;
}
