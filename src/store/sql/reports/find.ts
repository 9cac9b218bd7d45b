import type { RequestQuery } from '../../store.ts';
import type { Desk } from './desk.ts';
import type { Numbers } from './numbers.ts';
import type { Dimension, Names, Segment } from './segment.ts';
import { entryPlaces, segmentAt } from './shelf.ts';
import { entrySource } from './source.ts';
import type { Span } from './tally.ts';

/** A list of calls as it is asked for here. */
export interface Search {
  readonly query: Omit<RequestQuery, 'limit' | 'after'>;
  /** Only what stands before this sequence. */
  readonly before: number;
  readonly limit: number;
}

/** The sequences of the newest calls that are as asked for, the newest first. */
export function findRequests(desk: Desk, { query, before, limit }: Search): readonly number[] {
  const span = { from: query.from ?? 0, to: query.to ?? Number.MAX_SAFE_INTEGER };
  const wished = { query, span, filters: filtersOf(query, desk.late.names) };
  const found: number[] = [];
  for (const { segment, after } of stretches(desk, span, before)) {
    if (found.length >= limit) break;
    const marks = matching(segment, wished);
    const offsets = segment.numbers('sequence');
    for (let row = marks.length - 1; row >= 0 && found.length < limit; row -= 1) {
      const sequence = after + (offsets?.[row] ?? 0);
      if (marks[row] === 1 && sequence < before) found.push(sequence);
    }
  }
  return found;
}

interface Stretch {
  readonly segment: Segment;
  /** What its sequences are counted from. */
  readonly after: number;
}

/** Everything from a span of time that has something before a sequence, newest first, as long as it is asked for. */
function* stretches({ late, shelf }: Desk, span: Span, before: number): Generator<Stretch> {
  for (const segment of late.segments(entrySource)) yield { segment, after: 0 };
  if (shelf === undefined) return;
  for (const place of entryPlaces(shelf, 'entries', span))
    if (place.after < before) yield { segment: segmentAt(shelf, place), after: place.after };
}

interface Filter {
  readonly dimension: Dimension;
  readonly name: string;
  /** Its number; a name that is found in a later stretch has one only then. */
  number(): number | undefined;
}

function filtersOf(query: Search['query'], names: Names): readonly Filter[] {
  const asked: readonly (readonly [Dimension, string | undefined])[] = [
    ['tag', query.tag],
    ['user', query.endUser],
    ['failure', query.failure],
    ['key', query.keyId],
    ['requestedModel', query.requestedModel],
    ['model', query.model],
    ['provider', query.provider],
    ['project', query.projectId],
    ['organisation', query.organisationId],
    ['outcome', query.outcome],
  ];
  return asked.flatMap(([dimension, name]) =>
    name === undefined ? [] : [{ dimension, name, number: () => names.known(dimension, name) }],
  );
}

interface Wished {
  readonly query: Search['query'];
  readonly span: Span;
  readonly filters: readonly Filter[];
}

const none = new Uint8Array();

/** Marks the rows that are as asked for. What cannot be in a segment is seen without looking at its rows. */
function matching(segment: Segment, { query, span, filters }: Wished): Uint8Array {
  if (segment.latest < span.from || segment.earliest >= span.to) return none;
  const places: number[] = [];
  for (const { dimension, number } of filters) {
    const place = segment.dimension(dimension).ids.indexOf(number() ?? -1);
    if (place === -1) return none;
    places.push(place);
  }
  const closing = segment.numbers('requests');
  if (closing === undefined) return none;
  const marks = Uint8Array.from(closing);
  keepTimes(marks, segment, span);
  if (query.statusClass !== undefined) keepStatus(marks, segment.numbers('status'), query.statusClass);
  for (const [index, { dimension }] of filters.entries()) {
    const coded = segment.dimension(dimension);
    const place = places[index] as number;
    if (coded.ends !== undefined) keepListed(marks, { ends: coded.ends, places: coded.places, place });
    else if (coded.places === undefined && place !== 0) return none;
    else if (coded.places !== undefined) keepPlace(marks, coded.places, place);
  }
  return marks;
}

function keepTimes(marks: Uint8Array, { earliest, latest, numbers }: Segment, { from, to }: Span): void {
  const times = numbers('time');
  if ((earliest >= from && latest < to) || times === undefined) return;
  for (let row = 0; row < marks.length; row += 1) {
    const time = earliest + (times[row] as number);
    if (time < from || time >= to) marks[row] = 0;
  }
}

function keepStatus(marks: Uint8Array, statuses: Numbers | undefined, statusClass: number): void {
  for (let row = 0; row < marks.length; row += 1)
    if (Math.floor((statuses?.[row] ?? 0) / 100) !== statusClass) marks[row] = 0;
}

function keepPlace(marks: Uint8Array, places: Numbers, place: number): void {
  for (let row = 0; row < marks.length; row += 1) if (places[row] !== place) marks[row] = 0;
}

function keepListed(
  marks: Uint8Array,
  { ends, places, place }: { readonly ends: Numbers; readonly places: Numbers | undefined; readonly place: number },
): void {
  for (let row = 0, item = 0; row < marks.length; row += 1) {
    let has = false;
    for (; item < (ends[row] as number); item += 1) if ((places?.[item] ?? 0) === place) has = true;
    if (!has) marks[row] = 0;
  }
}
