import { isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { plain } from './plain.ts';

/** Things below each other, a column for each path of their members. Wider than `columns`, the last columns are left out. */
export function table(items: readonly JsonObject[], paths: readonly string[], columns: number): string {
  const shown = paths.map((path) => {
    const cells = items.map((item) => cellText(at(item, path)));
    const title = path.replace(/^.*\.(?=total$)|_id$|_at$/g, (end) => (end.startsWith('_') ? '' : 'tokens ')).trim();
    const widest = Math.max(...[title, ...cells].map(lengthOf));
    return {
      title,
      cells,
      width: Math.min(widest, longestCell),
      numeric: items.every((item) => isNumeric(at(item, path))),
    };
  });
  let used = 0;
  const fitting = shown.filter(({ width }, index) => {
    used += width + (index === 0 ? 0 : gap.length);
    return used <= columns || index === 0;
  });
  const lines = [-1, ...items.keys()].map((row) =>
    fitting
      .map(({ title, cells, width, numeric }) => {
        const text = clipped(row < 0 ? title : (cells[row] ?? ''), width);
        const space = ' '.repeat(width - lengthOf(text));
        return numeric ? `${space}${text}` : `${text}${space}`;
      })
      .join(gap)
      .trimEnd(),
  );
  return lines.join('\n');
}

const gap = '  ';
const longestCell = 60;

/** One thing: a line for each of its members, but for empty ones within others; tables for lists of things within. */
export function sheet(item: JsonObject, columns: number): string {
  const leaves = leavesOf(item).filter(([path, value]) => !path.includes('.') || cellText(value) !== empty);
  const plainly = leaves.filter(([, value]) => !isThings(value));
  const width = Math.max(0, ...plainly.map(([path]) => path.length));
  const lines = plainly.map(([path, value]) => `${path.padEnd(width)}  ${cellText(value)}`.trimEnd());
  const things = leaves.flatMap(([path, value]) =>
    isThings(value) ? ['', `${path}:`, table(value, pathsOf(value), columns)] : [],
  );
  return [...lines, ...things].join('\n');
}

/** The members that hold something in any of these things, through objects down to their ends; of a sum's parts, those that are not 0. */
export function pathsOf(items: readonly JsonObject[]): readonly string[] {
  return [...new Set(items.flatMap((item) => leavesOf(item).map(([path]) => path)))].filter((path) =>
    items.some((item) => !isNothing(path, cellText(at(item, path)))),
  );
}

function isNothing(path: string, text: string): boolean {
  return text === empty || (text === '0' && path.includes('.') && !path.endsWith('.total'));
}

function leavesOf(item: JsonObject, before = ''): readonly (readonly [string, Json])[] {
  return Object.entries(item).flatMap(([name, value]): readonly (readonly [string, Json])[] =>
    isJsonObject(value) && Object.keys(value).length > 0 && !isRaw(value)
      ? leavesOf(value, `${before}${name}.`)
      : [[`${before}${name}`, value ?? null]],
  );
}

function isThings(value: Json): value is readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => isJsonObject(each) && !isRaw(each));
}

/** A number that is kept as it was written. */
function isRaw(value: unknown): boolean {
  return JSON.isRawJSON(value);
}

/** What stands at `usage.tokens.total`. */
export function at(item: JsonObject, path: string): Json | undefined {
  let value: Json | undefined = item;
  for (const step of path.split('.')) value = isJsonObject(value) ? value[step] : undefined;
  return value;
}

const empty = '';

function cellText(value: Json | undefined): string {
  if (value === undefined || value === null) return empty;
  if (Array.isArray(value))
    return plain(value.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(', '));
  if (typeof value === 'object') return Object.keys(value).length === 0 ? empty : JSON.stringify(value);
  return typeof value === 'string' ? plain(momentText(value)) : String(value);
}

/** `2026-11-21T12:00:00.000Z` is easier to read without what never differs. */
function momentText(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, '$1 $2');
}

function isNumeric(value: Json | undefined): boolean {
  return value === undefined || value === null || typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(cellText(value));
}

function lengthOf(text: string): number {
  return [...text].length;
}

function clipped(text: string, width: number): string {
  return lengthOf(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;
}
