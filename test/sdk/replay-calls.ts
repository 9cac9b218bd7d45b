import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Recording } from '../recordings.ts';

/** A recorded exchange as a call that a client makes: through Trestle, or at the replaying upstream itself. */
export interface ReplayCall {
  readonly id: string;
  readonly recording: Recording;
  /** The entry in the configuration that it goes to. */
  readonly provider: ProviderName;
  /** The model as the upstream is asked for it: the recorded one, else the id, by which the upstream finds it too. */
  readonly model: string;
  /** The recorded request with that model; where none was recorded, a plain question. */
  readonly body: JsonObject & { readonly model: string };
  readonly stream: boolean;
  readonly ending: Ending;
}

export const providerNames = ['openai', 'groq', 'replay'] as const;
export type ProviderName = (typeof providerNames)[number];

/** How a recorded exchange ends for somebody who calls through Trestle; each is told from the recording alone. */
export type Ending =
  /** As it would without Trestle. */
  | 'as-is'
  /** A stream that the vendor ends without `[DONE]`: it cannot be told from one that was cut, so an error follows it. */
  | 'no-end-mark'
  /** An error in mid-stream: said in Trestle's frame, in the vendor's words. */
  | 'stream-error'
  /** A stream that says it is something else: not read, for what it is cannot be known. */
  | 'mistyped'
  /** The vendor's refusal of the request, whatever status it has (Azure says it with 200 too). */
  | 'refused'
  /** Our credential or our account at the vendor: no business of the caller's. */
  | 'credential'
  | 'quota'
  /** The vendor's own trouble. */
  | 'failed'
  /** No list of messages: refused at the door. */
  | 'invalid';

export interface Selection {
  readonly calls: readonly ReplayCall[];
  /** What is no call of this kind, with the reason. */
  readonly leftOut: readonly { readonly id: string; readonly why: string }[];
}

/** Of these recordings those that are chat completions, and why the others are not. */
export function replayCalls(recordings: readonly Recording[]): Selection {
  const sorted = recordings.map((recording) => ({ recording, why: strangeness(recording) }));
  return {
    calls: sorted.filter(({ why }) => why === undefined).map(({ recording }) => callOf(recording)),
    leftOut: sorted.flatMap(({ recording, why }) => (why === undefined ? [] : [{ id: recording.id, why }])),
  };
}

/** Data of a frame, or a whole answer, as an object; undefined if it is none. */
export function objectIn(text: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a chunk has no choices and is there for its usage alone, as OpenAI adds it for `include_usage`. */
export function isUsageChunk(chunk: unknown): boolean {
  return (
    isJsonObject(chunk) &&
    Array.isArray(chunk['choices']) &&
    chunk['choices'].length === 0 &&
    isJsonObject(chunk['usage'])
  );
}

/** Whether the recorded request itself asks for usage in the stream. */
export function asksForUsage({ body }: ReplayCall): boolean {
  const options = body['stream_options'];
  return isJsonObject(options) && options['include_usage'] === true;
}

/** A frame that is no JSON: the SDK gives the stream up there, and what was recorded after it is not heard. */
export function isTorn({ recording: { responseChunks = [] } }: ReplayCall): boolean {
  return responseChunks.some(
    ({ data }) => data !== undefined && !data.startsWith('[DONE]') && objectIn(data) === undefined,
  );
}

function strangeness({ method, endpoint, path }: Recording): string | undefined {
  if (method !== 'POST') return `${method} of a stored completion, which this version does not serve`;
  if (endpoint !== 'chat.completions') return `${endpoint}, another operation`;
  return /\/completions\/./.test(path)
    ? 'a change of a stored completion, which this version does not serve'
    : undefined;
}

function callOf(recording: Recording): ReplayCall {
  const { id, requestBody, framing, provider } = recording;
  const model = isJsonObject(requestBody) && recording.model !== undefined ? recording.model : id;
  const body = isJsonObject(requestBody) ? { ...requestBody, model } : plainQuestion(model, framing === 'sse');
  return {
    id,
    recording,
    provider: providerNames.find((name) => name === provider) ?? 'replay',
    model,
    body,
    stream: body['stream'] === true,
    ending: endingOf(recording, body),
  };
}

/** Asks for usage, so that nothing of the recorded answer is hidden. */
function plainQuestion(model: string, stream: boolean): JsonObject & { readonly model: string } {
  const question = { model, messages: [{ role: 'user', content: 'Hello' }] };
  return stream ? { ...question, stream, stream_options: { include_usage: true } } : question;
}

function endingOf(
  { status, framing, responseBody, responseHeaders, responseChunks }: Recording,
  body: JsonObject,
): Ending {
  const { messages } = body;
  if (!Array.isArray(messages)) return 'invalid';
  const said = isJsonObject(responseBody) ? responseBody : {};
  if (status !== 200) return endingOfStatus(status, said['error']);
  if (framing !== 'sse') return isJsonObject(said['error']) && said['choices'] === undefined ? 'refused' : 'as-is';
  const type = responseHeaders?.['content-type'] ?? 'text/event-stream';
  if (!type.startsWith('text/event-stream')) return 'mistyped';
  const chunks = responseChunks ?? [];
  if (chunks.some(({ event, data }) => event === 'error' || Boolean(objectIn(data)?.['error']))) return 'stream-error';
  return chunks.some(({ data }) => data?.startsWith('[DONE]') === true) ? 'as-is' : 'no-end-mark';
}

function endingOfStatus(status: number, error: Json | undefined): Ending {
  if (status === 401 || status === 403) return 'credential';
  if (status === 402) return 'quota';
  if (isJsonObject(error) && error['code'] === 'insufficient_quota') return 'quota';
  return status >= 500 ? 'failed' : 'refused';
}
