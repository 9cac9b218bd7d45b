import { isJsonObject } from '../core/json.ts';
import { type ChatAnswer, chatAnswer, type Turn } from './chat-answer.ts';
import { converse } from './chat-conversation.ts';
import { costOf, sumJson, sumText } from './chat-sum.ts';
import { Mistake, readWords, type Words } from './flags.ts';
import { plainProse } from './plain.ts';
import { askWhole, type Server, serverFlags, serverFor } from './server.ts';
import type { ExitCode, Tools } from './tools.ts';

export const chatHelp = `trestle chat [TEXT] [flags]

  Talks to a model, and shows tokens, cost and the time to the first token. TEXT, or what is piped in (-), is asked once;
  without either it is a conversation: Ctrl-C ends an answer, then the chat.

  --model NAME        a model or an alias (TRESTLE_MODEL)
  --system TEXT       what the model is told first
  --max-tokens COUNT  how long an answer may be
  --json              one JSON object when the answer is whole (with TEXT only)
  --url URL           the server (TRESTLE_URL); http://127.0.0.1:4141
  --key KEY           a client key (better: TRESTLE_KEY or TRESTLE_CLIENT_KEY), or @FILE`;

/** What all questions of a chat have in common. */
export interface Chat {
  readonly server: Server;
  readonly model: string;
  readonly system: readonly Turn[];
  readonly maxTokens?: number;
}

/** `trestle chat` */
export async function chat(tools: Tools, words: readonly string[]): Promise<ExitCode> {
  const flags = [...serverFlags, 'model', 'system', 'max-tokens'];
  const given = readWords(words, { values: flags, switches: ['json'] });
  const text = await textIn(tools, given);
  if (text === undefined && given.switches.has('json')) throw new Mistake('--json takes one question; write TEXT.');
  const wanted = await chatFor(tools, given);
  if (text === undefined) return await converse(tools, wanted);
  return await once(tools, wanted, { text, asJson: given.switches.has('json') });
}

async function textIn({ terminal, readInput }: Tools, { others }: Words): Promise<string | undefined> {
  const [first] = others;
  if (others.length > 1 || (first !== undefined && first !== '-')) return others.join(' ');
  if (first === undefined && terminal.typed) return undefined;
  const piped = (await readInput()).trimEnd();
  if (piped === '') throw new Mistake('there is nothing to ask; write TEXT, or pipe it in.');
  return piped;
}

async function chatFor(tools: Tools, { values }: Words): Promise<Chat> {
  const server = serverFor(tools, values, 'client');
  const { system, 'max-tokens': limit } = values;
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit))
    throw new Mistake(`--max-tokens is ${JSON.stringify(limit)}; write a whole number.`);
  const model = values['model'] ?? (tools.environment['TRESTLE_MODEL'] || undefined);
  return {
    server,
    model: model ?? (await theOnlyModel(tools, server)),
    system: system === undefined ? [] : [{ role: 'system', content: system }],
    ...(limit === undefined ? {} : { maxTokens: Number(limit) }),
  };
}

const mostNamed = 12;

/** Nobody should find out from the bill which model was asked. */
async function theOnlyModel(tools: Tools, server: Server): Promise<string> {
  const { body } = await askWhole(tools, server, { method: 'GET', path: '/v1/models' });
  const items = Array.isArray(body?.['data']) ? body['data'].filter(isJsonObject) : [];
  const names = items.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  const [only, ...more] = names;
  if (only !== undefined && more.length === 0) return only;
  const shown = names.slice(0, mostNamed).join(', ');
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  throw new Mistake(`which model? Give --model, or set TRESTLE_MODEL. There are ${shown || 'none'}${rest}.`);
}

async function once(
  tools: Tools,
  wanted: Chat,
  { text, asJson }: { readonly text: string; readonly asJson: boolean },
): Promise<ExitCode> {
  const { out, errors } = tools.terminal;
  const leave = new AbortController();
  const cancel = tools.terminal.onInterrupt(() => leave.abort());
  let answer: ChatAnswer;
  try {
    answer = await chatAnswer(tools, wanted.server, {
      ...wanted,
      turns: [...wanted.system, { role: 'user', content: text }],
      signal: leave.signal,
      hear: asJson ? () => undefined : (piece) => out.write(out.isTerminal ? plainProse(piece) : piece),
    });
  } finally {
    cancel();
  }
  if (!asJson) out.write('\n');
  const cost = await costOf(tools, wanted.server, answer);
  if (asJson) tools.say(JSON.stringify(sumJson(answer, cost)));
  else errors.write(`${sumText(answer, cost)}\n`);
  return answer.whole ? 0 : 1;
}
