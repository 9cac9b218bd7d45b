import { Failure } from '../core/failure.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import type { InboundResponse, OutboundRequest } from '../core/ports.ts';
import { Mistake } from './flags.ts';
import { textOf } from './named-file.ts';
import type { CommandTools } from './tools.ts';

/** The flags of every command that asks a server. */
export const serverFlags = ['url', 'key'] as const;

export type AskAs = 'client' | 'admin';

/** A server that runs, and the key with which it is asked. */
export interface Server {
  readonly url: string;
  readonly key: string;
}

const usualUrl = 'http://127.0.0.1:4141';

/** Where each kind of question goes, and which keys are taken for it, the first one first. */
const askers = {
  client: { urls: ['TRESTLE_URL'], keys: ['TRESTLE_KEY', 'TRESTLE_CLIENT_KEY'], key: 'a client key' },
  admin: {
    urls: ['TRESTLE_ADMIN_URL', 'TRESTLE_URL'],
    keys: ['TRESTLE_ADMIN_KEY'],
    key: 'an administrator key',
  },
} as const;

type Given = Readonly<Record<string, string>>;

/** The server that flags and environment name. Throws a `Mistake` if they name none, or no key. */
export function serverFor(tools: Pick<CommandTools, 'environment' | 'readFile'>, values: Given, as: AskAs): Server {
  const { keys, key: what } = askers[as];
  const key = keyGiven(tools, values, as);
  if (key === undefined || !/^[\x21-\x7e]+$/.test(key))
    throw new Mistake(`${what} is wanted: ${['--key', ...keys].join(', ').replace(/, (\w+)$/, ' or $1')}.`);
  return { url: serverUrl(tools, values, as), key };
}

/** Where the server is, without a slash at its end. */
export function serverUrl({ environment }: Pick<CommandTools, 'environment'>, values: Given, as: AskAs): string {
  const base = (values['url'] ?? firstSet({ environment }, askers[as].urls) ?? usualUrl).replace(/\/+$/, '');
  if (/^https?:\/\/[^/]/i.test(base) && URL.canParse(base)) return base;
  throw new Mistake(`${JSON.stringify(base.slice(0, 100))} is no address of a server; write for example ${usualUrl}.`);
}

/**
 * The key that the flag gives, else one of the environment. `@FILE` is the text in it: a command line can be read by others on the machine,
 * and stands in what a crash of the runtime leaves behind.
 */
export function keyGiven(
  tools: Pick<CommandTools, 'environment' | 'readFile'>,
  values: Given,
  as: AskAs,
): string | undefined {
  const given = values['key'];
  if (given === '@-') throw new Mistake('--key is @-, but a key is not read from what is piped in; write --key @FILE.');
  if (given?.startsWith('@') === true) return textOf(tools, given.slice(1)).trim();
  return given ?? keyFor(tools, as);
}

/** A key of the environment, if there is one. */
export function keyFor(tools: Pick<CommandTools, 'environment'>, as: AskAs): string | undefined {
  return firstSet(tools, askers[as].keys);
}

function firstSet({ environment }: Pick<CommandTools, 'environment'>, names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '');
}

export interface Question {
  readonly method: OutboundRequest['method'];
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const utf8 = new TextEncoder();

/** Asks, and answers with the head of whatever comes back. Throws a `Failure` if nobody is there. */
export async function ask(
  { http }: Pick<CommandTools, 'http'>,
  { url, key }: Server,
  { method, path, body, headers, signal = new AbortController().signal }: Question,
): Promise<InboundResponse> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    return await http.send({
      method,
      url: `${url}${path}`,
      headers: { ...type, authorization: `Bearer ${key}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? utf8.encode(body) : body }),
      signal,
    });
  } catch (thrown) {
    if (!(thrown instanceof Failure) || signal.aborted) throw thrown;
    throw new Failure('provider-unreachable', `no Trestle answers at ${url}; is it running? --url says where.`);
  }
}

const longestAnswer = 256 * 1024 * 1024;

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined if it is no JSON object. Numbers keep their digits. */
  readonly body: JsonObject | undefined;
}

/** The whole answer. */
export async function told(answer: InboundResponse): Promise<Told> {
  const text = new TextDecoder().decode(await answer.bytes(longestAnswer));
  const body = parsed(text);
  return { status: answer.status, headers: answer.headers, text, body: isJsonObject(body) ? body : undefined };
}

/** Asks for JSON. A refusal becomes a `Mistake` in the server's own words, a failure of the server a `Failure`. */
export async function askWhole(tools: Pick<CommandTools, 'http'>, server: Server, question: Question): Promise<Told> {
  const answer = await told(await ask(tools, server, question));
  if (answer.status >= 200 && answer.status < 300 && answer.body !== undefined) return answer;
  throw refused(answer);
}

/** What an answer that is no success says. */
export function refused({ status, body }: Pick<Told, 'status' | 'body'>): Mistake | Failure {
  const sentence = sentenceIn(body) ?? `the server answered with status ${status} and no explanation; is it a Trestle?`;
  return status >= 400 && status < 500 ? new Mistake(sentence) : new Failure('provider-failed', sentence);
}

/** Every dialect's envelope has it in the same place. */
export function sentenceIn(body: JsonObject | undefined): string | undefined {
  const error = body?.['error'];
  return isJsonObject(error) && typeof error['message'] === 'string' ? error['message'] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_, value, { source }) =>
      typeof value === 'number' && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value,
    );
  } catch {
    return undefined;
  }
}
