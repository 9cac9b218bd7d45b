import type { Database } from 'bun:sqlite';
import type { Value } from '../batch.ts';
import { newestOf, signAt, trustedMarks } from './desk.ts';
import { gather, segment, selection } from './gathering.ts';
import { rowNumbers } from './joined.ts';
import { measureNames } from './measures.ts';
import { type Numbers, narrow } from './numbers.ts';
import { type Coded, type Dimension, dimensions, type Names, type Segment } from './segment.ts';
import {
  dayMs,
  dayPlaces,
  emptyShelf,
  openNames,
  putSegment,
  segmentAt,
  tooVaried,
  type ViewName,
  views,
  writeMark,
} from './shelf.ts';
import { type Source, sources } from './source.ts';
import { Tally, TooManyGroups } from './tally.ts';

/** Takes the ledger up onto its shelf, block by block. */
export interface Follow {
  /** Takes up the next block, or several if more are whole. False if there is none. */
  next(): boolean;
  /** How many rows are taken up, and how many there are. */
  progress(): Progress;
}

export interface Progress {
  readonly done: number;
  readonly newest: number;
}

export interface Followed {
  readonly ledger: Database;
  readonly shelf: Database;
  /** A block is the rows of so many sequences. */
  readonly blockSize: number;
  /** So many at a time while it catches up: the sums of a day are then made anew once for all of them. */
  readonly mostBlocks?: number;
  /** A day with more different ones is added up from its rows each time: its sums would be hardly shorter. */
  readonly mostCells?: number;
}

const usualMostCells = 65_536;

/**
 * Begins where the shelf ends; a shelf of another ledger is emptied first. A block and the mark behind it are one
 * transaction: however it ends, nothing is there twice or missing.
 */
export function openFollow(followed: Followed): Follow {
  const { ledger, shelf, blockSize, mostBlocks = 1, mostCells = usualMostCells } = followed;
  const found = trustedMarks(ledger, shelf);
  if (found === undefined) emptyShelf(shelf);
  const marks = { ...(found ?? { entries: 0, adjustments: 0 }) };
  const add = (dimension: Dimension, name: string): number =>
    Number(shelf.query('insert into names (dimension, name) values (?, ?)').run(dimension, name).lastInsertRowid);
  return {
    next() {
      const source = sources.find((one) => newestOf(ledger, one) >= marks[one.name] + blockSize);
      if (source === undefined) return false;
      const after = marks[source.name];
      const blocks = Math.min(mostBlocks, Math.floor((newestOf(ledger, source) - after) / blockSize));
      const end = after + blocks * blockSize;
      // The numbers of names that a transaction gave are gone if it is: they are remembered no longer than it.
      const names = openNames(shelf, add);
      shelf.transaction(() => takeUp({ ledger, shelf, names, blockSize, mostCells }, source, { after, end }))();
      marks[source.name] = end;
      return true;
    },
    progress: () => ({
      done: marks.entries + marks.adjustments,
      newest: sources.reduce((sum, source) => sum + newestOf(ledger, source), 0),
    }),
  };
}

interface Hands {
  readonly ledger: Database;
  readonly shelf: Database;
  readonly names: Names;
  readonly blockSize: number;
  readonly mostCells: number;
}

interface Stretch {
  readonly after: number;
  readonly end: number;
}

function takeUp(hands: Hands, source: Source, { after, end }: Stretch): void {
  const { ledger, shelf, blockSize } = hands;
  const blocks: Segment[] = [];
  for (let from = after; from < end; from += blockSize) {
    const block = blockOf(hands, source, from);
    if (block === undefined) continue;
    putSegment(shelf, block, { kind: source.name, day: 0, after: from });
    blocks.push(block);
  }
  if (blocks.length > 0) for (const view of Object.keys(views) as ViewName[]) addToDays(hands, view, blocks);
  writeMark(shelf, source.name, { sequence: end, sign: signAt(ledger, source, end) });
}

/** Undefined if no row has a sequence in it. */
function blockOf({ ledger, names, blockSize }: Hands, source: Source, after: number): Segment | undefined {
  const wanted = { source, dimensions, numbers: rowNumbers, after };
  const { sequence } = source;
  const condition = `where ${sequence} > ? and ${sequence} <= ? order by ${sequence}`;
  const rows = ledger.query<unknown, number[]>(selection(wanted, condition)).values(after, after + blockSize);
  return rows.length === 0 ? undefined : gather(rows as Value[][], wanted, names);
}

function addToDays({ shelf, mostCells }: Hands, view: ViewName, blocks: readonly Segment[]): void {
  const { dimensions: viewed, stretchMs } = views[view];
  const stretches = stretchMs < dayMs ? { bucketMs: stretchMs } : {};
  for (const day of new Set(blocks.flatMap(daysOf))) {
    const span = { from: day * dayMs, to: (day + 1) * dayMs };
    const [old] = dayPlaces(shelf, view, { first: day, last: day });
    if (old?.rows === 0) continue;
    const tally = new Tally({ dimensions: viewed, mostGroups: mostCells, ...stretches });
    try {
      if (old !== undefined) tally.add(segmentAt(shelf, old), span);
      for (const block of blocks) tally.add(block, span);
      putSegment(shelf, sumsOf(tally, viewed, span.from), { kind: view, day, after: 0 });
    } catch (thrown) {
      if (!(thrown instanceof TooManyGroups)) throw thrown;
      putSegment(shelf, tooVaried, { kind: view, day, after: 0 });
    }
  }
}

function daysOf({ earliest, numbers }: Segment): readonly number[] {
  const times = numbers('time');
  if (times === undefined) return [Math.floor(earliest / dayMs)];
  const days = new Set<number>();
  for (const time of times) days.add(Math.floor((earliest + time) / dayMs));
  return [...days];
}

/** Sums as a segment. Each stands at the beginning of its stretch of time, the first of which is of the day itself. */
function sumsOf(tally: Tally, viewed: readonly Dimension[], dayStart: number): Segment {
  const groups = tally.finish();
  const slots = Array.from({ length: groups.count }, (_, slot) => slot);
  const coded = viewed.map((name, at): [Dimension, Coded] => [
    name,
    codedIds(slots.map((slot) => groups.ids(slot)[at] ?? 0)),
  ]);
  const numbers = measureNames.map((name): [string, Numbers | undefined] => [
    name,
    narrow(groups.column(name).slice()),
  ]);
  const times = Float64Array.from(slots, (slot) => (groups.bucketStart(slot) ?? dayStart) - dayStart);
  const latest = dayStart + times.reduce((most, time) => Math.max(most, time), 0);
  const extent = { rows: groups.count, earliest: dayStart, latest };
  return segment(extent, new Map(coded), new Map([...numbers, ['time', narrow(times)]]));
}

function codedIds(ids: readonly number[]): Coded {
  const places = new Map<number, number>();
  const rows = Float64Array.from(ids, (id) => {
    const place = places.get(id) ?? places.size;
    places.set(id, place);
    return place;
  });
  return { ids: Uint32Array.from(places.keys()), places: narrow(rows) };
}
