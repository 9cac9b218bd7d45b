import { Failure } from '../../src/core/failure.ts';
import { byUnit, type UsageClass, usageClasses } from '../../src/core/usage.ts';
import type { Entry, Listed, Page, UsageDimension, UsageQuery, UsageRow } from '../../src/store/store.ts';

const bucketMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The sums of a ledger in memory, in the order of time and then of the names, what has no name first. */
export function usageOf(entries: readonly Entry[], query: UsageQuery): readonly UsageRow[] {
  return placedRows(entries, query).map(({ row }) => row);
}

/** Its cursors are the places of rows. */
export function usagePageOf(entries: readonly Entry[], query: UsageQuery, { limit, after }: Page): Listed<UsageRow> {
  const wrong = (param: string): Failure => new Failure('request-invalid', `${param} is wrong.`, { param });
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw wrong('limit');
  if (after !== undefined && after.split(' ').length !== query.groupBy.length + 1) throw wrong('after');
  const rows = placedRows(entries, query).filter(({ place }) => after === undefined || place.join(' ') > after);
  const data = rows.slice(0, limit);
  return {
    data: data.map(({ row }) => row),
    ...(rows.length > limit ? { next: data.at(-1)?.place.join(' ') ?? '' } : {}),
  };
}

function placedRows(entries: readonly Entry[], query: UsageQuery) {
  const own = entries.filter(({ organisationId }) => (query.organisationId ?? organisationId) === organisationId);
  const wanted = own.filter(({ startedAt }) => startedAt >= query.from && startedAt < query.to);
  const told = query.groupBy.includes('tag') ? wanted.flatMap(perTag) : wanted;
  const placed = told.map((entry) => ({ entry, place: placeOf(entry, query) }));
  const groups = Map.groupBy(placed, ({ place }) => place.join('\u0000'));
  const rows = [...groups.values()].map((group) => ({
    place: group[0]?.place ?? [],
    row: rowOf(
      group.map(({ entry }) => entry),
      query,
    ),
  }));
  return rows.toSorted((a, b) => (a.place.join(' ') < b.place.join(' ') ? -1 : 1));
}

/** Once for each of its tags, however often it bears it; once if it has none. */
function perTag(entry: Entry): readonly Entry[] {
  return entry.tags.length === 0 ? [entry] : [...new Set(entry.tags)].map((tag) => ({ ...entry, tags: [tag] }));
}

function placeOf(entry: Entry, query: UsageQuery): readonly string[] {
  const time = String(bucketOf(entry, query) ?? 0).padStart(15, '0');
  return [time, ...query.groupBy.map((dimension) => namesOf(entry)[dimension] ?? '')];
}

function rowOf(group: readonly Entry[], query: UsageQuery): UsageRow {
  const [first] = group;
  const bucketStart = first === undefined ? undefined : bucketOf(first, query);
  const names = first === undefined ? {} : namesOf(first);
  const closing = group.filter((entry) => entry.closing);
  return {
    ...(bucketStart === undefined ? {} : { bucketStart }),
    group: Object.fromEntries(
      query.groupBy.flatMap((dimension) => (names[dimension] === undefined ? [] : [[dimension, names[dimension]]])),
    ),
    requests: closing.length,
    failures: closing.filter(({ outcome }) => outcome === 'failed' || outcome === 'refused').length,
    tokens: tokensOf(group),
    cost: group.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n),
    overrun: group.reduce((sum, { overrun }) => sum + (overrun ?? 0n), 0n),
    adjusted: group.reduce((sum, { adjusted }) => sum + (adjusted ?? 0n), 0n),
    reportedCost: group.reduce((sum, { usage }) => sum + (usage.reportedCost ?? 0n), 0n),
    units: byUnit((name) => group.reduce((sum, { usage }) => sum + (usage.units?.[name] ?? 0), 0)),
    unpriced: group.filter(({ cost }) => cost === undefined).length,
  };
}

function tokensOf(group: readonly Entry[]): UsageRow['tokens'] {
  const sum = (name: UsageClass): number => group.reduce((n, { usage }) => n + (usage.tokens[name] ?? 0), 0);
  return Object.fromEntries(usageClasses.map((name) => [name, sum(name)])) as UsageRow['tokens'];
}

function bucketOf({ startedAt }: Entry, { bucket }: UsageQuery): number | undefined {
  return bucket === undefined ? undefined : startedAt - (startedAt % bucketMs[bucket]);
}

function namesOf(entry: Entry): { readonly [Dimension in UsageDimension]?: string | undefined } {
  return {
    model: entry.model,
    provider: entry.provider,
    key: entry.keyId,
    project: entry.projectId,
    operation: entry.operation,
    user: entry.endUser,
    tag: entry.tags[0],
    serviceTier: entry.usage.serviceTier,
  };
}
