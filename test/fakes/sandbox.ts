import { isJsonObject, type Json, type JsonObject } from '../../src/core/json.ts';
import type { Clock, HttpClient, Ids, InboundResponse } from '../../src/core/ports.ts';
import { sandboxClient } from '../../src/sandbox/index.ts';
import { handClock } from './hand-clock.ts';
import { fakeIds } from './surroundings.ts';

export interface Asking {
  readonly clock?: Clock;
  readonly ids?: Ids;
  readonly signal?: AbortSignal;
  /** The `x-trestle-sandbox` header. */
  readonly header?: string;
  /** Chat completions if absent. */
  readonly path?: string;
}

/** Sends a request to a sandbox of its own. */
export function askSandbox(body: Json, asking: Asking = {}): Promise<InboundResponse> {
  return sandbox(asking).send({
    method: 'POST',
    url: `http://sandbox/v1${asking.path ?? '/chat/completions'}`,
    headers: asking.header === undefined ? {} : { 'X-Trestle-Sandbox': asking.header },
    body: new TextEncoder().encode(JSON.stringify(body)),
    signal: asking.signal ?? new AbortController().signal,
  });
}

export function sandbox({ clock, ids }: Asking = {}): HttpClient {
  return sandboxClient({ clock: clock ?? handClock(1_700_000_000_000), ids: ids ?? fakeIds() });
}

/** The body of an answer that is a JSON object. */
export async function jsonOf(answer: InboundResponse): Promise<JsonObject> {
  const value: unknown = JSON.parse(new TextDecoder().decode(await answer.bytes(50_000_000)));
  if (!isJsonObject(value)) throw new Error(`${JSON.stringify(value)} is no object`);
  return value;
}

/** All frames of a streamed answer, parsed; `[DONE]` stays a string. */
export async function framesOf(answer: InboundResponse): Promise<readonly Json[]> {
  const text = new TextDecoder().decode(await answer.bytes(50_000_000));
  if (!text.endsWith('\n\n')) throw new Error(`torn: ${text.slice(-200)}`);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      if (!frame.startsWith('data: ')) throw new Error(`${frame} is no frame`);
      const data = frame.slice('data: '.length);
      return data === '[DONE]' ? data : JSON.parse(data);
    });
}

/** What lies at a path of member names and indexes; undefined where there is nothing. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value;
  for (const step of path) {
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined;
    else found = isJsonObject(found) ? found[step] : undefined;
  }
  return found;
}
