import { Failure } from '../core/failure.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { frameReader } from '../dialects/sse.ts';
import { openProgress } from './progress.ts';
import { ask, refused, type Server, sentenceIn, told } from './server.ts';
import type { Tools } from './tools.ts';

/** One turn of a conversation, as OpenAI's chat completions have it. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatQuestion {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly maxTokens?: number;
  /** Gives the answer up. */
  readonly signal: AbortSignal;
  /** Called with each piece of text as it comes. */
  readonly hear: (text: string) => void;
}

/** What was answered, and what is known of it. */
export interface ChatAnswer {
  readonly text: string;
  /** False if it was given up before its end. */
  readonly whole: boolean;
  readonly requestId?: string;
  /** `provider/model` that answered. */
  readonly from?: string;
  readonly usage?: JsonObject;
  /** Until the first text, in milliseconds; absent if there was none. */
  readonly firstTokenMs?: number;
  readonly latencyMs: number;
}

/** Asks a model and hears its answer as it is written. Throws a `Mistake` or a `Failure` in the server's words. */
export async function chatAnswer(tools: Tools, server: Server, question: ChatQuestion): Promise<ChatAnswer> {
  const { clock } = tools;
  const progress = openProgress(tools, question.model);
  const begun = clock.monotonic();
  const heard: Heard = { text: '', head: {} };
  const hear = (text: string): void => {
    heard.firstTokenMs ??= clock.monotonic() - begun;
    progress.end();
    heard.text += text;
    question.hear(text);
  };
  let whole = true;
  try {
    await listen(tools, server, { ...question, hear, heard });
  } catch (thrown) {
    if (!question.signal.aborted) throw thrown;
    whole = false;
  } finally {
    progress.end();
  }
  const { text, head, usage, firstTokenMs } = heard;
  return {
    ...{ text, whole, ...head, latencyMs: clock.monotonic() - begun },
    ...(usage === undefined ? {} : { usage }),
    ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
  };
}

interface Heard {
  text: string;
  head: Pick<ChatAnswer, 'requestId' | 'from'>;
  usage?: JsonObject;
  firstTokenMs?: number;
}

async function listen(
  tools: Tools,
  server: Server,
  { model, turns, maxTokens, signal, hear, heard }: ChatQuestion & { readonly heard: Heard },
): Promise<void> {
  const body = JSON.stringify({
    model,
    messages: turns,
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
  });
  const answer = await ask(tools, server, { method: 'POST', path: '/v1/chat/completions', body, signal });
  if (answer.status !== 200) throw refused(await told(answer));
  heard.head = headOf(answer.headers);
  const pieces = answer.pieces();
  const frames = frameReader();
  for (let piece = await pieces.read(); piece !== undefined; piece = await pieces.read()) {
    for (const { data } of frames.push(piece)) {
      if (data === undefined || data === '[DONE]') continue;
      const chunk = chunkIn(data);
      if (isJsonObject(chunk['usage'])) heard.usage = chunk['usage'];
      const text = textIn(chunk);
      if (text !== '') hear(text);
    }
  }
}

function headOf(headers: Headers): Heard['head'] {
  const requestId = headers.get('x-request-id');
  const provider = headers.get('x-trestle-provider');
  return {
    ...(requestId === null ? {} : { requestId }),
    ...(provider === null ? {} : { from: `${provider}/${headers.get('x-trestle-model') ?? '?'}` }),
  };
}

function chunkIn(data: string): JsonObject {
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {}
  if (!isJsonObject(chunk)) throw new Failure('provider-garbled', 'the answer is no chat completion; is it a Trestle?');
  const sentence = sentenceIn(chunk);
  if (sentence !== undefined) throw new Failure('provider-failed', sentence);
  return chunk;
}

function textIn({ choices }: JsonObject): string {
  const [choice] = Array.isArray(choices) ? choices : [];
  const delta = isJsonObject(choice) ? choice['delta'] : undefined;
  const said = isJsonObject(delta) ? [delta['content'], delta['refusal']] : [];
  return said.filter((text) => typeof text === 'string').join('');
}
