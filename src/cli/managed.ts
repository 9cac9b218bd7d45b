import { isJsonObject, type JsonObject } from '../core/json.ts';
import { didYouMean, nearestAmong } from '../core/nearest.ts';
import { procedures } from '../management/index.ts';
import type { Procedure } from '../management/procedure.ts';
import { columns } from './columns.ts';
import { Mistake } from './flags.ts';
import { procedureHelp, verbsHelp } from './procedure-help.ts';
import { withProgress } from './progress.ts';
import { commandOf, questionFor } from './question.ts';
import { askWhole, type Question, serverFor } from './server.ts';
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
  const pages = given.switches.has('all') ? everyPage : onePage;
  const answer = await withProgress(tools, commandOf(procedure.name), (tell) =>
    pages({ ask: (asked) => askWhole(tools, server, asked), question, tell }),
  );
  tools.say(given.switches.has('json') ? JSON.stringify(answer.body) : shown(tools, procedure, answer));
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

interface Paging {
  readonly ask: (question: Question) => ReturnType<typeof askWhole>;
  readonly question: Question;
  readonly tell: (text: string) => void;
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

async function everyPage(paging: Paging): Promise<Answer> {
  const data: JsonObject[] = [];
  let next: string | undefined;
  do {
    const { body } = await onePage({ ...paging, question: pageAfter(paging.question, next) });
    data.push(...itemsOf(body));
    next = typeof body['next'] === 'string' ? body['next'] : undefined;
    paging.tell(`${data.length} so far`);
  } while (next !== undefined);
  return { body: { data, has_more: false, next: null } };
}

function pageAfter(question: Question, after: string | undefined): Question {
  const [path = '', query] = question.path.split('?');
  const fields = new URLSearchParams(query);
  if (!fields.has('limit')) fields.set('limit', '1000');
  if (after !== undefined) fields.set('after', after);
  return { ...question, path: `${path}?${fields}` };
}

function itemsOf(body: JsonObject): readonly JsonObject[] {
  return Array.isArray(body['data']) ? body['data'].filter(isJsonObject) : [];
}

function shown({ terminal }: Tools, { name }: Procedure, { body, etag }: Answer): string {
  const width = terminal.out.columns;
  if (!Array.isArray(body['data'])) return sheet(etag === undefined ? body : { ...body, etag }, width);
  const items = itemsOf(body);
  if (items.length === 0) return 'There are none.';
  const more = typeof body['next'] === 'string' ? `\n\nThere are more: --after ${body['next']}, or --all.` : '';
  return `${table(items, columns[name] ?? pathsOf(items), width)}${more}`;
}
