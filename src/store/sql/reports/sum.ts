import type { UsageDimension, UsageQuery } from '../../store.ts';
import type { Desk } from './desk.ts';
import { type Dimension, noName } from './segment.ts';
import { dayMs, dayPlaces, entryPlaces, hourMs, segmentAt, type View, type ViewName, views } from './shelf.ts';
import { sources } from './source.ts';
import { type Groups, type Span, Tally } from './tally.ts';

/** More rows than this are of no use to a reader. */
export const mostRows = 100_000;

/** Usage added up, in order, with nothing in it that changes. */
export interface Sums {
  readonly groups: Groups;
  /** The numbers of the groups, in the order of time, then of names, what has none first. */
  readonly order: Uint32Array;
  nameOf(id: number): string | null;
}

export const bucketMs = { minute: 60_000, hour: hourMs, day: dayMs } as const;

/**
 * Adds usage up: whole days and hours from the sums that are kept, the rest of the time from the columns of entries, and what is
 * not on the shelf yet from the ledger itself. Throws `TooManyGroups`.
 */
export function sumUsage(desk: Desk, query: UsageQuery): Sums {
  const dimensions = [...new Set<UsageDimension>(query.groupBy)];
  const { names } = desk.late;
  const organisation =
    query.organisationId === undefined ? undefined : names.idOf('organisation', query.organisationId);
  const tally = new Tally({
    dimensions,
    mostGroups: mostRows,
    ...(query.bucket === undefined ? {} : { bucketMs: bucketMs[query.bucket] }),
    ...(organisation === undefined ? {} : { organisation }),
  });
  let left: readonly Span[] = [{ from: query.from, to: query.to }];
  for (const view of viewsFor(query, dimensions)) left = left.flatMap((span) => addKept(desk, { view, span }, tally));
  for (const span of left) addEntries(desk, span, tally);
  for (const source of sources) for (const segment of desk.late.segments(source)) tally.add(segment, query);
  return inOrder(tally.finish(), desk);
}

/** Those that have what is asked for, the smallest first. What one leaves of the time, such as the edges of days, is for the next. */
function viewsFor({ bucket }: UsageQuery, wanted: readonly Dimension[]): readonly ViewName[] {
  const longest = bucket === undefined ? dayMs : bucketMs[bucket];
  return (Object.keys(views) as ViewName[]).filter((name) => {
    const { dimensions, stretchMs }: View = views[name];
    // By tag a call counts once for each.
    const isByTag = dimensions.includes('tag') === wanted.includes('tag');
    return isByTag && stretchMs <= longest && wanted.every((dimension) => dimensions.includes(dimension));
  });
}

interface Kept {
  readonly view: ViewName;
  readonly span: Span;
}

/** Adds of a span what is kept in a view, whole stretches of time; answers with the time that is left. */
function addKept({ shelf }: Desk, { view, span }: Kept, tally: Tally): readonly Span[] {
  const { stretchMs } = views[view];
  const whole = { from: Math.ceil(span.from / stretchMs) * stretchMs, to: Math.floor(span.to / stretchMs) * stretchMs };
  if (shelf === undefined || whole.from >= whole.to) return [span];
  const varied: Span[] = [];
  const days = { first: Math.floor(whole.from / dayMs), last: Math.ceil(whole.to / dayMs) - 1 };
  for (const place of dayPlaces(shelf, view, days)) {
    const day = { from: Math.max(whole.from, place.day * dayMs), to: Math.min(whole.to, (place.day + 1) * dayMs) };
    if (place.rows === 0) varied.push(day);
    else tally.add(segmentAt(shelf, place), day);
  }
  const edges = [
    { from: span.from, to: whole.from },
    { from: whole.to, to: span.to },
  ];
  return [...edges, ...varied].filter(({ from, to }) => from < to);
}

function addEntries({ shelf }: Desk, span: Span, tally: Tally): void {
  if (shelf === undefined) return;
  for (const { name } of sources)
    for (const place of entryPlaces(shelf, name, span)) tally.add(segmentAt(shelf, place), span);
}

function inOrder(groups: Groups, { late: { names } }: Desk): Sums {
  const order = Uint32Array.from({ length: groups.count }, (_, slot) => slot);
  const texts = new Map<number, string | null>([[noName, null]]);
  for (const slot of order) for (const id of groups.ids(slot)) if (!texts.has(id)) texts.set(id, names.nameOf(id));
  const sorted = [...texts].sort(([, a], [, b]) => compareNames(a, b));
  const ranks = new Map(sorted.map(([id], rank) => [id, rank]));
  const keys = Array.from(order, (slot) => [
    groups.bucketStart(slot) ?? 0,
    ...groups.ids(slot).map((id) => ranks.get(id) ?? 0),
  ]);
  order.sort((a, b) => compareKeys(keys[a] ?? [], keys[b] ?? []));
  return { groups, order, nameOf: (id) => texts.get(id) ?? null };
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (const [index, own] of a.entries()) {
    const other = b[index] ?? 0;
    if (own !== other) return own - other;
  }
  return 0;
}

/** What has no name comes first. */
export function compareNames(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
