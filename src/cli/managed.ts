import { csvOf } from '../core/csv.ts';
import type { JsonObject } from '../core/json.ts';
import { formatUsd, scaledUsd } from '../core/money.ts';
import { didYouMean, nearestAmong } from '../core/nearest.ts';
import { procedures } from '../management/index.ts';
import type { Procedure } from '../management/procedure.ts';
import { columns } from './columns.ts';
import { Mistake, type Words } from './flags.ts';
import { everyPage, itemsOf, type Paging } from './pages.ts';
import { procedureHelp, verbsHelp } from './procedure-help.ts';
import { withProgress } from './progress.ts';
import { commandOf, questionFor } from './question.ts';
import { askWhole, serverFor } from './server.ts';
import { pathsOf, sheet, table } from './table.ts';
import type { ExitCode, Tools } from './tools.ts';

/** What an operator can do with each noun. */
export function proceduresOf(noun: string): readonly Procedure[] {
  return procedures.filter(({ name }) => commandOf(name).split(' ')[0] === noun);
}

export function nouns(): readonly string[] {
  return [...new Set(procedures.map(({ name }) => commandOf(name).split(' ')[0] ?? ''))];
}

/** `trestle keys create --name web`: asks the management API for what the words say. Without a verb it lists, or reads. */
export async function managed(tools: Tools, noun: string, words: readonly string[]): Promise<ExitCode> {
  const { procedure, rest } = chosen(noun, words);
  if (words.includes('--help') || words.includes('-h')) {
    tools.say(procedure === undefined ? verbsHelp(noun, proceduresOf(noun)) : procedureHelp(procedure));
    return 0;
  }
  if (procedure === undefined) throw unknownVerb(noun, words[0]);
  const { question, given } = await questionFor(tools, procedure, rest);
  const server = serverFor(tools, given.values, 'admin');
  const isWhole = given.switches.has('all') || (given.switches.has('csv') && isPagedWhole(procedure, given));
  const pages = isWhole ? everyPage : procedure.inParts === true ? everyPart : onePage;
  const answer = await withProgress(tools, commandOf(procedure.name), (tell) =>
    pages({ ask: (asked) => askWhole(tools, server, asked), question, tell }),
  );
  if (given.switches.has('csv')) tools.say(csvIn(procedure, answer.body));
  else tools.say(given.switches.has('json') ? JSON.stringify(answer.body) : shown(tools, procedure, answer));
  return 0;
}

function chosen(
  noun: string,
  words: readonly string[],
): { readonly procedure: Procedure | undefined; readonly rest: readonly string[] } {
  const own = proceduresOf(noun);
  const named = (verb: string): Procedure | undefined => own.find(({ name }) => commandOf(name) === `${noun} ${verb}`);
  const [verb = ''] = words;
  if (verb !== '' && !verb.startsWith('-')) return { procedure: named(verb), rest: words.slice(1) };
  if (verb === '--help' || verb === '-h') return { procedure: undefined, rest: [] };
  return { procedure: named('list') ?? named('get'), rest: words };
}

function unknownVerb(noun: string, verb = ''): Mistake {
  const known = proceduresOf(noun).map(({ name }) => commandOf(name).slice(noun.length + 1));
  const meant = didYouMean(nearestAmong(known)(verb).slice(0, 1));
  const begin = verb === '' ? `say what to do with ${noun}` : `${noun} cannot ${JSON.stringify(verb.slice(0, 40))}`;
  return new Mistake(`${begin}; ${meant === '' ? '' : `${meant} `}There are ${known.join(', ')}.`);
}

/** A table that is asked for as one is all of it, as the server's own is, unless a page is. */
function isPagedWhole({ csv }: Procedure, { values }: Words): boolean {
  return csv !== undefined && values['limit'] === undefined && values['after'] === undefined;
}

interface Answer {
  readonly body: JsonObject;
  readonly etag?: string;
}

async function onePage({ ask, question }: Paging): Promise<Answer> {
  const { body = {}, headers } = await ask(question);
  const etag = headers.get('etag');
  return { body, ...(etag === null ? {} : { etag }) };
}

/** All parts of something long as one: its counts and amounts are added up. */
async function everyPart({ ask, question, tell }: Paging): Promise<Answer> {
  let sum: JsonObject = {};
  let next: string | undefined;
  do {
    const given: JsonObject = JSON.parse(typeof question.body === 'string' ? question.body : '{}');
    const { body = {} } = await ask({ ...question, body: JSON.stringify({ ...given, ...(next && { after: next }) }) });
    sum = addedUp(sum, body);
    next = typeof body['next'] === 'string' ? body['next'] : undefined;
    tell(
      Object.entries(sum).flatMap(([name, value]) => (typeof value === 'number' ? [`${value} ${name}`] : []))[0] ?? '',
    );
  } while (next !== undefined);
  return { body: sum };
}

function addedUp(before: JsonObject, part: JsonObject): JsonObject {
  const members = Object.entries(part).map(([name, value]) => {
    const was = before[name];
    if (typeof value === 'number' && typeof was === 'number') return [name, was + value] as const;
    if (!name.endsWith('_usd') || typeof value !== 'string' || typeof was !== 'string') return [name, value] as const;
    return [name, formatUsd(scaledUsd(was, 9) + scaledUsd(value, 9))] as const;
  });
  return Object.fromEntries(members);
}

function csvIn({ name }: Procedure, body: JsonObject): string {
  if (Array.isArray(body['data'])) return csvOf(itemsOf(body)).trimEnd();
  throw new Mistake(`${commandOf(name)} answers no list, which alone is a table; take --csv out.`);
}

function shown({ terminal }: Tools, { name }: Procedure, { body, etag }: Answer): string {
  const width = terminal.out.columns;
  if (!Array.isArray(body['data'])) return sheet(etag === undefined ? body : { ...body, etag }, width);
  const items = itemsOf(body);
  if (items.length === 0) return 'There are none.';
  const more = typeof body['next'] === 'string' ? `\n\nThere are more: --after ${body['next']}, or --all.` : '';
  return `${table(items, columns[name] ?? pathsOf(items), width)}${more}`;
}
