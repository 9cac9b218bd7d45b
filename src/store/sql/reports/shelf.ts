import { Database } from 'bun:sqlite';
import { dirname, join } from 'node:path';
import { segment as inMemory } from './gathering.ts';
import { measureNames } from './measures.ts';
import { type Numbers, pack, unpack } from './numbers.ts';
import { type Coded, type Dimension, dimensions, type Names, noName, type Segment } from './segment.ts';
import { type SourceName, sources } from './source.ts';

/** What a segment holds: rows of a source, or the sums of one UTC day by a view's dimensions. */
export type Kind = SourceName | ViewName;

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Sums that are kept, a segment a day, by these dimensions and stretches of time; the first that has all that is asked for answers. */
export const views = {
  tagHours: { dimensions: ['organisation', 'tag'], stretchMs: hourMs },
  keyHours: { dimensions: ['organisation', 'project', 'key'], stretchMs: hourMs },
  modelHours: { dimensions: ['organisation', 'provider', 'model', 'operation'], stretchMs: hourMs },
  users: { dimensions: ['organisation', 'user'], stretchMs: dayMs },
  tagKeys: { dimensions: ['organisation', 'project', 'key', 'tag'], stretchMs: dayMs },
  tagModels: { dimensions: ['organisation', 'provider', 'model', 'operation', 'tag'], stretchMs: dayMs },
  calls: { dimensions: ['organisation', 'project', 'key', 'provider', 'model', 'operation'], stretchMs: dayMs },
} as const satisfies Readonly<Record<string, View>>;
export type ViewName = keyof typeof views;

export interface View {
  readonly dimensions: readonly Dimension[];
  readonly stretchMs: number;
}

/** Where a segment stands. */
export interface Place {
  readonly id: number;
  readonly rows: number;
  readonly earliest: number;
  readonly latest: number;
  /** The sequence after which it begins; 0 for sums. */
  readonly after: number;
}

/** How far a source is taken up. */
export interface Mark {
  /** Everything up to this number is. */
  readonly sequence: number;
  /** Of the newest row up to there; empty if there is none. */
  readonly sign: string;
}

/** What the segments of a shelf are written in: a shelf that says another word was written by another Trestle. */
const format = JSON.stringify([2, dimensions, measureNames, views]);

const tables = [
  'create table marks (source text primary key, sequence integer not null, sign text not null, format text not null) strict',
  'create table names (id integer primary key, dimension text not null, name text not null, unique (dimension, name)) strict',
  `create table segments (
    id integer primary key, kind text not null, day integer not null, after integer not null,
    rows integer not null, earliest real not null, latest real not null
  ) strict`,
  'create index segments_day on segments (kind, day)',
  // Numbered by segment and column, so that the columns of a segment stand together.
  'create table columns (place integer primary key, packed blob not null) strict',
];

/** The path of the shelf of a ledger: beside it. Whoever deletes the file while no Trestle runs gets a new one. */
export function shelfBeside(ledgerPath: string): string {
  return join(dirname(ledgerPath), shelfName);
}

export const shelfName = 'reports.db';

/** A connection that may write, to a shelf in the format of now: one in another is emptied. */
export function openShelf(path: string): Database {
  const database = new Database(path, { readwrite: true, create: true, strict: true });
  // It can be made anew: not synced at each commit, which may be lost with the power but never half.
  for (const pragma of [
    'page_size = 16384',
    'busy_timeout = 5000',
    'journal_mode = wal',
    'synchronous = normal',
    'journal_size_limit = 67108864',
  ])
    database.run(`pragma ${pragma}`);
  if (!isOfNow(database)) emptyShelf(database);
  return database;
}

/** Leaves nothing but empty tables. */
export function emptyShelf(database: Database): void {
  database.transaction(() => {
    for (const name of ['marks', 'names', 'segments', 'columns']) database.run(`drop table if exists ${name}`);
    for (const statement of tables) database.run(statement);
    for (const { name } of sources) database.run("insert into marks values (?, 0, '', ?)", [name, format]);
  })();
}

/** Whether a shelf can be read as it is. */
export function isOfNow(database: Database): boolean {
  const [there] = database.query<{ name: string }, []>("select name from sqlite_schema where name = 'marks'").all();
  return there !== undefined && database.query('select 1 from marks where format = ?').get(format) !== null;
}

export function readMark(database: Database, source: SourceName): Mark {
  const mark = database.query<Mark, [string]>('select sequence, sign from marks where source = ?').get(source);
  return mark ?? { sequence: 0, sign: '' };
}

export function writeMark(database: Database, source: SourceName, { sequence, sign }: Mark): void {
  database.query('update marks set sequence = ?, sign = ? where source = ?').run(sequence, sign, source);
}

/** The segments of a source that have something from a span of time, the newest first. */
export function entryPlaces(
  database: Database,
  source: SourceName,
  { from, to }: { readonly from: number; readonly to: number },
): readonly Place[] {
  return database
    .query<Place, [string, number, number]>(
      `select id, rows, earliest, latest, after from segments
       where kind = ? and latest >= ? and earliest < ? order by after desc`,
    )
    .all(source, from, to);
}

/** The sums of days, these included; a place without rows is of a day that has too many different ones to be kept. */
export function dayPlaces(database: Database, view: ViewName, days: { readonly first: number; readonly last: number }) {
  return database
    .query<Place & { readonly day: number }, [string, number, number]>(
      'select id, rows, earliest, latest, after, day from segments where kind = ? and day between ? and ? order by day',
    )
    .all(view, days.first, days.last);
}

/** The segment at a place; its columns are read as they are asked for. */
export function segmentAt(database: Database, { id, rows, earliest, latest }: Place): Segment {
  const coded = new Map<Dimension, Coded>();
  const numbers = new Map<string, Numbers | undefined>();
  const read = (column: string): Numbers | undefined => {
    if (!numbers.has(column)) numbers.set(column, readColumn(database, id, column));
    return numbers.get(column);
  };
  return {
    ...{ rows, earliest, latest },
    numbers: read,
    dimension(name) {
      const known = coded.get(name);
      if (known !== undefined) return known;
      const [ids, places, ends] = [read(`${name} ids`), read(name), name === 'tag' ? read('tag ends') : undefined];
      const found = { ids: ids ?? new Uint8Array([noName]), places, ...(ends === undefined ? {} : { ends }) };
      coded.set(name, found);
      return found;
    },
  };
}

/** Puts a segment up in the place of the one of its kind and day, if it is of a day. */
export function putSegment(database: Database, segment: Segment, { kind, day, after }: PutPlace): void {
  const old = database
    .query<{ id: number }, [string, number]>('select id from segments where kind = ? and day = ?')
    .get(kind, day);
  if (isView(kind) && old !== null) {
    const columns = [old.id * columnsEach, old.id * columnsEach + columnsEach - 1] as const;
    database.query('delete from columns where place between ? and ?').run(...columns);
    database.query('delete from segments where id = ?').run(old.id);
  }
  const { lastInsertRowid } = database
    .query('insert into segments (kind, day, after, rows, earliest, latest) values (?, ?, ?, ?, ?, ?)')
    .run(kind, day, after, segment.rows, segment.earliest, segment.latest);
  const put = (column: string, numbers: Numbers | undefined): void => {
    if (numbers === undefined) return;
    database.query('insert into columns values (?, ?)').run(placeOf(Number(lastInsertRowid), column), pack(numbers));
  };
  for (const name of isView(kind) ? views[kind].dimensions : dimensions) {
    const { ids, places, ends } = segment.dimension(name);
    put(`${name} ids`, ids);
    put(name, places);
    put(`${name} ends`, ends);
  }
  for (const name of numberNames) put(name, segment.numbers(name));
}

function isView(kind: Kind): kind is ViewName {
  return kind in views;
}

export interface PutPlace {
  readonly kind: Kind;
  readonly day: number;
  readonly after: number;
}

/** A segment of a day without rows: its view has too many different ones. */
export const tooVaried: Segment = inMemory(
  { rows: 0, earliest: 0, latest: 0 },
  new Map(dimensions.map((name) => [name, { ids: new Uint8Array(), places: undefined }])),
  new Map(),
);

/** The names on a shelf; `add` is asked for the number of one that is not there. */
export function openNames(database: Database, add: (dimension: Dimension, name: string) => number): Names {
  const numbers = new Map<string, number>();
  const known = (dimension: Dimension, name: string): number | undefined => {
    const remembered = numbers.get(`${dimension} ${name}`);
    if (remembered !== undefined) return remembered;
    const found = database
      .query<{ id: number }, [string, string]>('select id from names where dimension = ? and name = ?')
      .get(dimension, name);
    if (found === null) return undefined;
    if (numbers.size >= mostRemembered) numbers.clear();
    numbers.set(`${dimension} ${name}`, found.id);
    return found.id;
  };
  return {
    known,
    idOf: (dimension, name) => known(dimension, name) ?? add(dimension, name),
    nameOf: (id) =>
      id === noName
        ? null
        : (database.query<{ name: string }, [number]>('select name from names where id = ?').get(id)?.name ?? null),
  };
}

/** Names whose numbers are at hand: enough for everything but end users. */
const mostRemembered = 20_000;

const numberNames = ['time', 'sequence', 'status', ...measureNames];
const columnNames = [...dimensions, ...dimensions.flatMap((name) => [`${name} ids`, `${name} ends`]), ...numberNames];
const columnsEach = 256;

function placeOf(segment: number, column: string): number {
  return segment * columnsEach + columnNames.indexOf(column);
}

function readColumn(database: Database, segment: number, column: string): Numbers | undefined {
  const found = database
    .query<{ packed: Uint8Array }, [number]>('select packed from columns where place = ?')
    .get(placeOf(segment, column));
  return found === null ? undefined : unpack(found.packed);
}
