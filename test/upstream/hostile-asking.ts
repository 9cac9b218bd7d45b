import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { type Fault, type HostileUpstream, hostileUpstream } from './hostile.ts';
import { exchange, posted } from './raw-client.ts';

export const question = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };

export const streaming = { ...question, stream: true };

export const withUsage = { ...streaming, stream_options: { include_usage: true } };

/** A hostile upstream for each test of a file, and the ways to ask it. */
export function hostileAsking() {
  let opened: HostileUpstream | undefined;
  const open = async (): Promise<void> => {
    opened = await hostileUpstream();
  };
  const close = async (): Promise<void> => await opened?.close();
  const upstream = (): HostileUpstream => {
    if (opened === undefined) throw new Error('no upstream was opened');
    return opened;
  };
  const ask = (body: object = question, init: RequestInit = {}): Promise<Response> =>
    fetch(`${upstream().url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init });

  const askWith = (fault: Fault, body: object = question): Promise<Response> => {
    upstream().script(fault);
    return ask(body);
  };

  const rawly = async (fault: Fault, body: object = question, patienceMs?: number): ReturnType<typeof exchange> => {
    upstream().script(fault);
    return exchange(upstream().url, posted(body), patienceMs);
  };

  /** The data of all frames. */
  const frames = async (fault: Fault, body: object = withUsage): Promise<readonly string[]> => {
    const text = await (await askWith(fault, body)).text();
    return text
      .split(/\r?\n\r?\n/)
      .filter((frame) => frame !== '')
      .map((frame) => frame.replace(/^data: ?/, ''));
  };
  return { open, close, upstream, ask, askWith, rawly, frames };
}

export const contentOf = (data: readonly string[]): string =>
  data
    .filter((each) => each.startsWith('{'))
    .map((each) => JSON.parse(each).choices[0]?.delta?.content ?? '')
    .join('');

export const jsonObject = (text: string): JsonObject => {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error(`${text} is no object`);
  return value;
};
