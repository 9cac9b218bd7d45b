import type { Principal } from '../../core/call.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import type { Clock, Ids, Log } from '../../core/ports.ts';
import { byClass, byClassName, byUnit } from '../../core/usage.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { reachOf } from '../../management/reach.ts';
import type { Store, UsageDimension, UsageQuery, UsageRow } from '../../store/store.ts';
import { failureAnswer, requestIds } from './answer.ts';
import { credentialOf } from './credential.ts';
import { groupDimensions, type OrganisationKind, organisationKinds, type Sum } from './organisation-kinds.ts';
import { bucketMs, type OrganisationQuery, organisationQuery, pageFrom } from './organisation-query.ts';
import { pathOf } from './vendor.ts';

export interface OrganisationTools {
  readonly store: Pick<Store, 'ledger' | 'tenants'>;
  readonly identify: (credential: string | undefined) => Principal;
  /** In which failures are spelled. */
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Where OpenAI's clients expect usage and costs, and the same under our prefix for OpenAI. */
export const organisationPrefixes = ['/v1/organization', '/openai/v1/organization'] as const;

/**
 * `GET /v1/organization/usage/…` and `/costs` as OpenAI serves them, out of this ledger: an administrator's key sees what its
 * organisation spent. Models and line items are named as callers here name them, `provider/model`.
 */
export function organisationUsage(tools: OrganisationTools): (request: Request) => Promise<Response> {
  return async (request) => {
    const requestId = tools.ids.make('req');
    try {
      const body = await answer(tools, request);
      return new Response(body, {
        headers: {
          'content-type': 'application/json',
          'cache-control': 'no-store',
          ...requestIds(tools.dialect, requestId),
        },
      });
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.traits.fault !== 'caller')
        tools.log.error('a question about usage failed', { requestId, kind: failure.kind, cause: failure });
      return failureAnswer(tools.dialect, failure, requestId);
    }
  };
}

async function answer(tools: OrganisationTools, request: Request): Promise<string> {
  const principal = tools.identify(credentialOf(request.headers, ['authorization']));
  if (principal.role !== 'admin')
    throw new Failure('permission-denied', 'Usage and costs are for administrator keys; this is a client key.');
  const kind = kindAt(pathOf(request.url));
  if (request.method !== 'GET')
    throw new Failure('method-unsupported', `${request.method} is not served on this path; use GET.`);
  const query = organisationQuery(new URL(request.url).searchParams, kind, tools.clock.now());
  const reach = await reachOf({ store: tools.store, principal });
  return await page(tools, { kind, query, own: reach.house ? {} : { organisationId: reach.organisationId } });
}

function kindAt(path: string): OrganisationKind {
  const prefix = organisationPrefixes.find((one) => path.startsWith(`${one}/`)) ?? '';
  const rest = path.slice(prefix.length + 1);
  const found = organisationKinds.find((kind) => kind.path === rest);
  if (found !== undefined) return found;
  const known = organisationKinds.map((kind) => kind.path).join(', ');
  throw new Failure('route-unknown', `There is no ${JSON.stringify(rest.slice(0, 100))} here; there are ${known}.`);
}

interface Paged {
  readonly kind: OrganisationKind;
  readonly query: OrganisationQuery;
  readonly own: Pick<UsageQuery, 'organisationId'>;
}

const bucketNames = { '1m': 'minute', '1h': 'hour', '1d': 'day' } as const;

/** One page of buckets, those without any usage too. */
async function page({ store }: OrganisationTools, { kind, query, own }: Paged): Promise<string> {
  const width = bucketMs[query.width];
  const first = query.from - (query.from % width);
  const end = Math.min(query.to, first + width * query.limit);
  const starts = Array.from({ length: Math.max(0, Math.ceil((end - first) / width)) }, (_, n) => first + n * width);
  // Batches are not there yet, so that whoever wants them alone gets none.
  const rows =
    query.batch === true || starts.length === 0
      ? []
      : await store.ledger.usage({
          ...{ from: query.from, to: end, bucket: bucketNames[query.width], groupBy: dimensionsFor(query), ...own },
        });
  const wanted = rows.filter((row) => kind.belongs(row) && isWanted(row, query));
  const byBucket = Map.groupBy(wanted, ({ bucketStart }) => bucketStart);
  const hasMore = end < query.to;
  return JSON.stringify({
    object: 'page',
    data: starts.map((start) => ({
      ...{ object: 'bucket', start_time: start / 1000, end_time: (start + width) / 1000 },
      results: resultsOf(byBucket.get(start) ?? [], kind, query),
    })),
    has_more: hasMore,
    next_page: hasMore ? pageFrom(end) : null,
  });
}

/** What tells the sums apart that a question needs apart: the operation too, for it says to which path they belong. */
function dimensionsFor({ groupBy, only }: OrganisationQuery): readonly UsageDimension[] {
  const named = [...groupBy, ...only.keys()].flatMap((name) => groupDimensions[name] ?? []);
  return [...new Set<UsageDimension>(['operation', ...named])];
}

function isWanted(row: UsageRow, { only }: OrganisationQuery): boolean {
  return [...only].every(([name, values]) => {
    const own = groupValue(row, name);
    return (
      own !== null &&
      (values.has(own) || (row.group.model !== undefined && isModel(name) && values.has(row.group.model)))
    );
  });
}

function isModel(name: string): boolean {
  return name === 'model' || name === 'line_item';
}

function resultsOf(rows: readonly UsageRow[], kind: OrganisationKind, { groupBy }: OrganisationQuery) {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(groupBy.map((name) => groupValue(row, name))));
  return [...groups.values()].map((group) => ({
    object: kind.object,
    ...Object.fromEntries(
      kind.groups.map((name) => [name, groupBy.includes(name) ? groupNamed(group[0], name) : null]),
    ),
    ...kind.spell(summed(group)),
  }));
}

function groupNamed(row: UsageRow | undefined, name: string): string | boolean | null {
  if (name === 'batch') return false;
  return row === undefined ? null : groupValue(row, name);
}

function groupValue({ group }: UsageRow, name: string): string | null {
  if (isModel(name)) return group.model === undefined ? null : `${group.provider}/${group.model}`;
  const [dimension] = groupDimensions[name] ?? [];
  return dimension === undefined ? null : (group[dimension] ?? null);
}

function summed(rows: readonly UsageRow[]): Sum {
  const sum = (of: (row: UsageRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    requests: sum(({ requests }) => requests),
    tokens: byClass(byClassName((name) => sum(({ tokens }) => tokens[name]))),
    units: byUnit((name) => sum(({ units }) => units[name])),
    cost: rows.reduce((total, { cost }) => total + cost, 0n),
    overrun: rows.reduce((total, { overrun }) => total + overrun, 0n),
  };
}
