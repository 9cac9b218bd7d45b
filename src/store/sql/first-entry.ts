import type { Read } from './walk.ts';

/**
 * The first of all entries that began then or later by the clock on the wall, which may have been set since; one behind the last if there is
 * none.
 */
export async function firstOnWall(read: Read, from: number): Promise<number> {
  if (from <= 0) return 0;
  const [newest] = (await read('select ifnull(max(sequence), 0) as last from entries', [])) as readonly NewestRow[];
  let first = (newest?.last ?? 0) + 1;
  for (let at = from; ; ) {
    const [row] = (await read(nextOnWall, [at])) as readonly WallRow[];
    if (row === undefined || row.latest === null) return first;
    first = Math.min(first, row.first ?? first);
    if (row.count < mostAtOnce) return first;
    // Of those that began at the same moment, the first ones are among these.
    at = row.latest + 1;
  }
}

interface NewestRow {
  readonly last: number;
}

interface WallRow {
  readonly first: number | null;
  readonly latest: number | null;
  readonly count: number;
}

/** So many at a time: other questions wait no longer than for these. */
const mostAtOnce = 100_000;
const nextOnWall = `select min(sequence) as first, max(started_at) as latest, count(*) as count
  from (select sequence, started_at from entries indexed by entries_time where started_at >= ?
    order by started_at, sequence limit ${mostAtOnce})`;

/** About the first that was held then or later by the clock that nobody sets, in whose order entries are. */
export async function firstInTime(read: Read, from: number): Promise<number> {
  const [newest] = (await read('select ifnull(max(sequence), 0) as last from entries', [])) as readonly NewestRow[];
  let [low, high] = [1, (newest?.last ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = (await read(nextHeld, [middle, middle + nearby])) as readonly TimedRow[];
    if (row !== undefined && row.at < from) low = row.sequence + 1;
    else high = middle;
  }
  return low;
}

interface TimedRow {
  readonly sequence: number;
  readonly at: number;
}

/** Where nothing was held for so many entries, those before are looked at too: rather too many than too few. */
const nearby = 10_000;
const nextHeld = `select sequence, held_at + ifnull(held_skew, 0) as at from entries
  where sequence >= ? and sequence < ? and held_at is not null order by sequence limit 1`;
