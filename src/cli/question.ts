import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { Procedure } from '../management/procedure.ts';
import { type Field, type Fields, fieldsOf, fieldValue } from './fields.ts';
import { type KnownFlags, Mistake, readWords, type Words } from './flags.ts';
import { textOf } from './named-file.ts';
import { type Question, serverFlags } from './server.ts';
import type { CommandTools, Tools } from './tools.ts';

/** A procedure's command line, read. */
export interface Asked {
  readonly question: Question;
  readonly given: Words;
}

/** Flags of every procedure besides its own fields. */
export const ownFlags = {
  fields: 'its fields as a JSON object, in a file or piped in (-); flags come before it',
  'if-match': 'do it only if nobody has changed it since: the etag that was shown',
  all: 'every page of a list',
  json: "the server's own answer",
  csv: 'a table for spreadsheets',
} as const;

/** Turns words into the request that asks a procedure. Throws a `Mistake` for what cannot be meant. */
export async function questionFor(tools: Tools, procedure: Procedure, words: readonly string[]): Promise<Asked> {
  const fields = fieldsOf(procedure);
  const given = readWords(words, flagsOf(procedure, fields));
  const input = {
    ...(await inputIn(tools, given)),
    ...flagsIn(fields, await withFiles(tools, given), tools.clock.now()),
  };
  const { path, rest } = placed(procedure, fields, pathsIn(procedure, fields, { given, input }));
  const inQuery = procedure.method === 'GET' || procedure.method === 'DELETE';
  const etag = given.values['if-match'];
  return {
    given,
    question: {
      method: procedure.method,
      path: inQuery ? `${path}${queryOf(rest)}` : path,
      ...(inQuery ? {} : { body: JSON.stringify(rest) }),
      ...(etag === undefined ? {} : { headers: { 'if-match': /^(W\/)?"/.test(etag) ? etag : `"${etag}"` } }),
    },
  };
}

function flagsOf({ method }: Procedure, { flags }: Fields): KnownFlags {
  const named = (takes: (field: Field) => boolean): readonly string[] => flags.filter(takes).map(({ flag }) => flag);
  const isPaged = flags.some(({ name }) => name === 'after');
  return {
    values: [
      ...named(({ takes }) => takes !== 'list' && takes !== 'switch'),
      // A switch may say which way: `--enabled=false`.
      ...named(({ takes }) => takes === 'switch'),
      ...serverFlags,
      'fields',
      ...(method === 'GET' ? [] : ['if-match']),
    ],
    lists: named(({ takes }) => takes === 'list'),
    switches: [...(isPaged ? ['all'] : []), 'json', ...(method === 'GET' ? ['csv'] : [])],
  };
}

async function inputIn(tools: CommandTools, { values }: Words): Promise<JsonObject> {
  const name = values['fields'];
  if (name === undefined) return {};
  const text = name === '-' ? await tools.readInput() : textOf(tools, name);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  if (isJsonObject(value)) return value;
  throw new Mistake(`${name === '-' ? 'what is piped in' : name} is no JSON object.`);
}

/** `@FILE` is the text in it, `@-` what is piped in, so that secrets need not stand on a command line; `@@` is an at sign. */
async function withFiles(tools: CommandTools, given: Words): Promise<Words> {
  const values = Object.entries(given.values).map(
    async ([name, text]) => [name, await textBehind(tools, text)] as const,
  );
  return { ...given, values: Object.fromEntries(await Promise.all(values)) };
}

async function textBehind(tools: CommandTools, text: string): Promise<string> {
  if (!text.startsWith('@') || text === '@') return text;
  if (text.startsWith('@@')) return text.slice(1);
  const found = text === '@-' ? await tools.readInput() : textOf(tools, text.slice(1));
  return found.replace(/\r?\n$/, '');
}

function flagsIn({ flags }: Fields, { values, lists }: Words, now: number): JsonObject {
  const found = flags.flatMap((field) => {
    const texts = lists[field.flag] ?? (values[field.flag] === undefined ? undefined : [values[field.flag] ?? '']);
    return texts === undefined ? [] : [[field.name, fieldValue(field, texts, now)] as const];
  });
  return Object.fromEntries(found);
}

/** Puts the words that are no flags into the path's fields. */
function pathsIn(
  { name }: Procedure,
  { path }: Fields,
  { given, input }: { readonly given: Words; readonly input: JsonObject },
): JsonObject {
  const stray = given.others[path.length];
  if (stray !== undefined)
    throw new Mistake(`${JSON.stringify(stray.slice(0, 40))} means nothing to ${commandOf(name)}; take it out.`);
  const words = path.flatMap((field, index) => {
    const word = given.others[index];
    return word === undefined ? [] : [[field.name, word] as const];
  });
  return { ...input, ...Object.fromEntries(words) };
}

/** `keys create`, as it is typed. */
export function commandOf(name: string): string {
  return name.replaceAll('.', ' ').replaceAll('_', '-');
}

function placed(
  procedure: Procedure,
  { path: fields }: Fields,
  input: JsonObject,
): { readonly path: string; readonly rest: JsonObject } {
  const path = procedure.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = input[name];
    if (typeof value === 'string' && value !== '') return encodeURIComponent(value);
    const wanted = fields.map((field) => field.flag.toUpperCase()).join(' ');
    throw new Mistake(`${name} is missing; write trestle ${commandOf(procedure.name)} ${wanted}.`);
  });
  const rest = Object.entries(input).filter(([name]) => !fields.some((field) => field.name === name));
  return { path, rest: Object.fromEntries(rest) };
}

function queryOf(fields: JsonObject): string {
  const query = new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      Array.isArray(value) ? value.join(',') : String(value),
    ]),
  ).toString();
  return query === '' ? '' : `?${query}`;
}
