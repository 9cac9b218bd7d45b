import type { House } from '../../src/house.ts';
import { type DrawnCall, secretOf } from './scenario.ts';
import type { Life, World } from './world.ts';

/** Somebody who asks once, and may leave at any moment. */
export interface Caller {
  readonly number: number;
  /** It waits for nothing any more. */
  readonly over: boolean;
  /** Its connection breaks, because the house is gone. */
  cut(): void;
}

export interface CallerTools {
  readonly world: World;
  readonly outside: Life;
  /** The house as it stands; undefined while it is down. */
  house(): { readonly house: House; readonly life: Life } | undefined;
  /** It has all of an answer. */
  answered(id: string): void;
  refused(): void;
  broken(problem: string): void;
}

export function openCaller(call: DrawnCall, tools: CallerTools): Caller {
  const standing = tools.house();
  const state = { over: standing === undefined, cut: false };
  if (standing !== undefined) {
    const leaving = new AbortController();
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    const leave = (): void => {
      if (state.over) return;
      tools.world.stir();
      state.over = true;
      leaving.abort();
      reader?.cancel().catch(() => undefined);
    };
    if (call.leavesAfterMs !== undefined) tools.outside.clock.after(call.leavesAfterMs, leave);
    const ask = async (): Promise<void> => {
      const response = await standing.house.answer(requestOf(call, leaving.signal));
      if (state.over) {
        // It left while the answer came to it.
        await response.body?.cancel();
        return;
      }
      if (response.status === 429 && response.headers.get('x-should-retry') === 'false') tools.refused();
      reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
      const text = await read(reader, call, { tools, state });
      if (!state.over && response.status === 200) acknowledge(call, response, { text, tools });
      if (!state.over && response.status === 500) tools.broken(`500: ${text.slice(0, 300)}`);
    };
    ask()
      .catch((thrown: unknown) => {
        if (!state.over) tools.broken(String(thrown));
      })
      .finally(() => {
        tools.world.stir();
        state.over = true;
      });
  }
  return {
    number: call.number,
    get over() {
      return state.over;
    },
    cut() {
      state.over = true;
    },
  };
}

function requestOf({ path, body, headers, key }: DrawnCall, signal: AbortSignal): Request {
  return new Request(`http://127.0.0.1:4141${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretOf(key)}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  });
}

interface Reading {
  readonly tools: CallerTools;
  readonly state: { readonly over: boolean };
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  { readMs }: DrawnCall,
  { tools, state }: Reading,
): Promise<string> {
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    tools.world.stir();
    if (done || state.over) return text;
    text += decoder.decode(value, { stream: true });
    if (readMs > 0) await new Promise<void>((resolve) => void tools.outside.clock.after(readMs, resolve));
    if (state.over) return text;
  }
}

/** A whole answer, or a stream to its terminal event. */
function acknowledge(
  { stream, path }: DrawnCall,
  response: Response,
  { text, tools }: { readonly text: string; readonly tools: CallerTools },
): void {
  const id = response.headers.get('x-request-id') ?? '';
  const end = path === '/v1/messages' ? 'event: message_stop' : 'data: [DONE]';
  if (!stream || text.includes(end)) tools.answered(id);
  else if (!text.includes('error')) tools.broken(`a stream ended without an end: ${JSON.stringify(text.slice(-200))}`);
}
