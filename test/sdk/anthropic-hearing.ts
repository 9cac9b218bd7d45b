import type Anthropic1 from 'anthropic-1';
import type { JsonObject } from '../../src/core/json.ts';
import { memberOf, requestIdOf } from './hearing.ts';

export type AnthropicSdk = typeof Anthropic1;
export type AnthropicClient = InstanceType<AnthropicSdk>;

/** Everything that a caller hears of its message through Anthropic's SDK. */
export interface MessageHeard {
  readonly answer?: unknown;
  readonly events: readonly unknown[];
  readonly problem?: MessageProblem;
  readonly requestId: string | undefined;
}

/** An error that the SDK raised, as far as a program can act on it. */
export interface MessageProblem {
  /** The name of its class. */
  readonly name: string;
  readonly status: unknown;
  readonly type: unknown;
  readonly message: string;
}

/** An SDK client that says nothing by itself and asks once. */
export function anthropicClient(Anthropic: AnthropicSdk, baseURL: string, apiKey: string): AnthropicClient {
  return new Anthropic({ baseURL, apiKey, maxRetries: 0, logLevel: 'off' });
}

/** Makes a message with `messages.create` and reads it to its end. */
export async function hearMessage(
  client: AnthropicClient,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<MessageHeard> {
  const events: unknown[] = [];
  let requestId: string | undefined;
  try {
    // Recorded requests are what they are: the SDK's types are not asked. Without a time it refuses long answers by itself.
    const asked = await client.messages
      .create(body as never, { headers: { ...headers }, timeout: 60_000 })
      .withResponse();
    requestId = asked.request_id ?? undefined;
    const answer: unknown = asked.data;
    if (body['stream'] !== true) return { answer: withoutRequestId(answer), events, requestId };
    for await (const event of answer as AsyncIterable<unknown>) events.push(event);
    return { events, requestId };
  } catch (thrown) {
    return { events, problem: problemOf(thrown), requestId: requestId ?? requestIdOf(thrown) };
  }
}

/** The message that the stream helper puts together, or how it fails. */
export async function assembled(
  client: AnthropicClient,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<MessageHeard> {
  try {
    const answer = await client.messages.stream(body as never, { headers: { ...headers } }).finalMessage();
    return { answer: withoutRequestId(answer), events: [], requestId: undefined };
  } catch (thrown) {
    return { events: [], problem: problemOf(thrown), requestId: undefined };
  }
}

/** The SDK puts its request's id onto the answer, unseen by JSON. */
function withoutRequestId(answer: unknown): unknown {
  return typeof answer === 'object' ? JSON.parse(JSON.stringify(answer)) : answer;
}

function problemOf(thrown: unknown): MessageProblem {
  if (!(thrown instanceof Error)) throw thrown;
  return {
    name: thrown.constructor.name,
    status: memberOf(thrown, 'status'),
    type: memberOf(thrown, 'type'),
    message: thrown.message,
  };
}
