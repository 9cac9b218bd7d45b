import { isJsonObject, type Json, type JsonObject } from './json.ts';

/**
 * Things as a table for spreadsheets (RFC 4180): a column for each path of their members, `tokens.input`. A text that a spreadsheet
 * would take for a formula is led by an apostrophe, for model names, tags and user names are written by callers.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvOf(items: readonly JsonObject[]): string {
  if (items.length === 0) return '';
  const columns = columnsOf(items);
  return `${csvHead(columns)}${items.map((item) => csvRow(columns, item)).join('')}`;
}

/** The paths of all members that any of these have. */
export function columnsOf(items: readonly JsonObject[]): readonly string[] {
  return [...new Set(items.flatMap((item) => leavesOf(item).map(([path]) => path)))];
}

export function csvHead(columns: readonly string[]): string {
  return `${columns.map(cellOf).join(',')}\r\n`;
}

export function csvRow(columns: readonly string[], item: JsonObject): string {
  const cells = new Map(leavesOf(item));
  return `${columns.map((path) => cellOf(cells.get(path))).join(',')}\r\n`;
}

function leavesOf(item: JsonObject, before = ''): readonly (readonly [string, Json])[] {
  return Object.entries(item).flatMap(([name, value]): readonly (readonly [string, Json])[] =>
    isJsonObject(value) && !JSON.isRawJSON(value)
      ? leavesOf(value, `${before}${name}.`)
      : [[`${before}${name}`, value ?? null]],
  );
}

function cellOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return quoted(isFormula(text) ? `'${text}` : text);
}

/** What a spreadsheet begins to compute at; a plain number is one whatever its sign. */
function isFormula(text: string): boolean {
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
