import type OpenAI7 from 'openai-7';
import type { JsonObject } from '../../src/core/json.ts';

export type Sdk = typeof OpenAI7;
export type Client = InstanceType<Sdk>;

/** Everything that a caller hears of its call through the SDK. */
export interface Heard {
  readonly answer?: unknown;
  readonly chunks: readonly unknown[];
  readonly problem?: Problem;
  /** `x-request-id` of the answer. */
  readonly requestId: string | undefined;
}

/** An error that the SDK raised, as far as a program can act on it. */
export interface Problem {
  /** The name of its class. */
  readonly name: string;
  readonly status: number | undefined;
  readonly code: unknown;
  readonly type: unknown;
  readonly param: unknown;
  readonly message: string;
}

/** An SDK client that says nothing by itself and asks once. */
export function sdkClient(OpenAI: Sdk, baseURL: string, apiKey: string): Client {
  return new OpenAI({ baseURL, apiKey, maxRetries: 0, logLevel: 'off' });
}

/** Makes a chat completion with `chat.completions.create` and reads it to its end. */
export async function hear(
  client: Client,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const chunks: unknown[] = [];
  let requestId: string | undefined;
  try {
    // Recorded requests are what they are: the SDK's types are not asked.
    const asked = await client.chat.completions.create(body as never, { headers: { ...headers } }).withResponse();
    requestId = asked.request_id ?? undefined;
    const answer: unknown = asked.data;
    if (body['stream'] !== true) return { answer, chunks, requestId };
    for await (const chunk of answer as AsyncIterable<unknown>) chunks.push(chunk);
    return { chunks, requestId };
  } catch (thrown) {
    return { chunks, problem: problemOf(thrown), requestId: requestId ?? requestIdOf(thrown) };
  }
}

/** What a helper of the SDK gives in the end, or how it fails. */
export type Outcome = { readonly value: unknown } | { readonly problem: Problem };

export async function outcomeOf(act: () => PromiseLike<unknown>): Promise<Outcome> {
  try {
    return { value: await act() };
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof Error)) throw thrown;
  return {
    name: thrown.constructor.name,
    status: memberOf(thrown, 'status') as number | undefined,
    code: memberOf(thrown, 'code'),
    type: memberOf(thrown, 'type'),
    param: memberOf(thrown, 'param'),
    message: thrown.message,
  };
}

/** The id of the request that failed, as the SDKs of both vendors tell it. */
export function requestIdOf(thrown: unknown): string | undefined {
  const id = thrown instanceof Error ? memberOf(thrown, 'requestID') : undefined;
  return typeof id === 'string' ? id : undefined;
}

export function memberOf(thrown: Error, name: string): unknown {
  return Object.entries(thrown).find(([key]) => key === name)?.[1];
}
