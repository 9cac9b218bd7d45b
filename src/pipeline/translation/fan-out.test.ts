import { expect, test } from 'bun:test';
import type { ChatEvent, ChatResponse } from '../../core/chat.ts';
import { Failure } from '../../core/failure.ts';
import type { Outcome, Reply, Sight, StreamChunk } from '../../core/reply.ts';
import type { Usage } from '../../core/usage.ts';
import { fanOut } from './fan-out.ts';

const origin = { provider: 'p', model: 'm', attempts: 1, lost: [], emulated: [], headers: {} };
const unsaid: Sight = { terminal: false, producedBytes: 0, producedFrames: 0 };

function answer(text: string, usage: Usage | undefined): Reply<'chat'> {
  const value: ChatResponse = {
    id: `id-${text}`,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { type: 'message', role: 'assistant', parts: [{ type: 'text', text }] },
        finish: { reason: 'stop' },
      },
    ],
    ...(usage !== undefined && { usage: { counted: usage } }),
  };
  const sight = {
    terminal: true,
    producedBytes: text.length,
    producedFrames: 1,
    ...(usage !== undefined && { usage }),
  };
  return { kind: 'whole', origin, payload: { value }, sight };
}

test('several whole answers become one with their choices numbered and their usage summed', async () => {
  const never = new AbortController().signal;
  const asking = { count: 2, signal: never, seen: () => undefined };
  const reply = await fanOut(asking, async (choice) =>
    answer(`answer ${choice}`, { tokens: { input: 10, output: choice + 1 } }),
  );
  if (reply.kind !== 'whole') throw new Error('a stream');
  expect(reply.payload.value).toEqual({
    id: 'id-answer 0',
    model: 'm',
    choices: [0, 1].map((index) => ({
      index,
      message: { type: 'message', role: 'assistant', parts: [{ type: 'text', text: `answer ${index}` }] },
      finish: { reason: 'stop' },
    })),
    usage: { counted: { tokens: { input: 20, output: 3 } } },
  });
  expect(reply.payload.wire).toBeUndefined();
  const { usage, producedBytes, terminal } = reply.sight;
  expect({ usage, producedBytes, terminal }).toEqual({
    usage: { tokens: { input: 20, output: 3 } },
    producedBytes: 16,
    terminal: true,
  });
});

test('usage that one of the answers lacks is not told, so that it is not taken for the whole', async () => {
  const asking = { count: 2, signal: new AbortController().signal, seen: () => undefined };
  const reply = await fanOut(asking, async (choice) =>
    answer('x', choice === 0 ? { tokens: { input: 1, output: 1 } } : undefined),
  );
  expect(reply.kind === 'whole' && reply.payload.value.usage).toBeUndefined();
  expect(reply.kind === 'whole' && reply.sight.usage).toBeUndefined();
});

test('one that fails fails all: the others are given up, and what those that had come cost is told', async () => {
  const failure = new Failure('provider-overloaded', 'No capacity.');
  const gaveUp: number[] = [];
  const seen: Sight[] = [];
  const asked = fanOut(
    { count: 3, signal: new AbortController().signal, seen: (sight) => void seen.push(sight) },
    (choice, signal) => {
      if (choice === 0) return Promise.resolve(answer('done', { tokens: { input: 7, output: 3 } }));
      if (choice === 1) return Promise.resolve().then(() => Promise.reject(failure));
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          gaveUp.push(choice);
          reject(signal.reason);
        });
      });
    },
  );
  expect(await asked.catch((thrown: unknown) => thrown)).toBe(failure);
  expect({ gaveUp, usage: seen[0]?.usage }).toEqual({ gaveUp: [2], usage: { tokens: { input: 7, output: 3 } } });
});

interface Scripted {
  readonly reply: Reply<'chat'>;
  readonly outcomes: Outcome[];
}

function streamed(chunks: readonly (StreamChunk<'chat'> | Failure)[]): Scripted {
  const outcomes: Outcome[] = [];
  const rest = [...chunks];
  const reply: Reply<'chat'> = {
    kind: 'stream',
    origin,
    chunks: {
      next: async () => {
        const value = rest.shift();
        if (value instanceof Failure) throw value;
        return value === undefined ? { done: true, value } : { done: false, value };
      },
    },
    observe: () => undefined,
    end: async (outcome) => void outcomes.push(outcome),
  };
  return { reply, outcomes };
}

function script(text: string, output: number): readonly StreamChunk<'chat'>[] {
  const usage = { tokens: { input: 5, output } };
  const said: readonly ChatEvent[] = [
    { type: 'response-start', id: text, more: true },
    { type: 'message-start', choice: 0, more: true },
    { type: 'text-delta', choice: 0, text },
  ];
  const last: readonly ChatEvent[] = [
    { type: 'finish', choice: 0, finish: { reason: 'stop' } },
    { type: 'usage', usage: { counted: usage } },
    { type: 'response-end' },
  ];
  return [
    { events: said, sight: { ...unsaid, producedBytes: text.length, producedFrames: 1 } },
    { events: last, sight: { ...unsaid, terminal: true, usage } },
  ];
}

async function heard(reply: Reply<'chat'>): Promise<readonly StreamChunk<'chat'>[]> {
  if (reply.kind !== 'stream') throw new Error('no stream');
  const chunks: StreamChunk<'chat'>[] = [];
  for (;;) {
    const { value } = await reply.chunks.next();
    if (value === undefined) return chunks;
    chunks.push(value);
    if (value.sight.terminal) return chunks;
  }
}

test('several streams become one: each a choice, with one head, one sum of usage and one end', async () => {
  const streams = [streamed(script('one', 1)), streamed(script('two', 2))];
  const asking = { count: 2, signal: new AbortController().signal, seen: () => undefined };
  const reply = await fanOut(asking, async (choice) => (streams[choice] ?? streamed([])).reply);
  const watched: StreamChunk<'chat'>[] = [];
  if (reply.kind === 'stream') reply.observe((chunk) => void watched.push(chunk as StreamChunk<'chat'>));
  const chunks = await heard(reply);
  const events = chunks.flatMap((chunk) => chunk.events);
  expect(events[0]).toEqual({ type: 'response-start', id: 'one' });
  for (const choice of [0, 1]) {
    expect(events.filter((event) => 'choice' in event && event.choice === choice)).toEqual([
      { type: 'message-start', choice },
      { type: 'text-delta', choice, text: choice === 0 ? 'one' : 'two' },
      { type: 'finish', choice, finish: { reason: 'stop' } },
    ]);
  }
  expect(events.filter(({ type }) => type === 'response-start')).toHaveLength(1);
  expect(events.slice(-2)).toEqual([
    { type: 'usage', usage: { counted: { tokens: { input: 10, output: 3 } } } },
    { type: 'response-end' },
  ]);
  expect(chunks.at(-1)?.sight).toEqual({ ...unsaid, terminal: true, usage: { tokens: { input: 10, output: 3 } } });
  expect(chunks.reduce((sum, { sight }) => sum + sight.producedFrames, 0)).toBe(2);
  expect(watched).toEqual([...chunks]);
  if (reply.kind === 'stream') await reply.end({ kind: 'complete' });
  expect(streams.map(({ outcomes }) => outcomes)).toEqual([[{ kind: 'complete' }], [{ kind: 'complete' }]]);
});

test('a stream that breaks breaks the whole, and its failure is what the caller hears', async () => {
  const failure = new Failure('provider-garbled', 'cut');
  const streams = [streamed(script('one', 1)), streamed([...script('two', 2).slice(0, 1), failure])];
  const asking = { count: 2, signal: new AbortController().signal, seen: () => undefined };
  const reply = await fanOut(asking, async (choice) => (streams[choice] ?? streamed([])).reply);
  expect(await heard(reply).catch((thrown: unknown) => thrown)).toBe(failure);
});

test('when one answer does not begin, streams that had begun are let go', async () => {
  const begun = streamed(script('one', 1));
  const asking = { count: 2, signal: new AbortController().signal, seen: () => undefined };
  const asked = fanOut(asking, async (choice) => {
    if (choice === 0) return begun.reply;
    throw new Failure('provider-failed', 'no');
  });
  await expect(asked).rejects.toThrow('no');
  expect(begun.outcomes).toEqual([{ kind: 'aborted' }]);
});
