import { describe, expect, test } from 'bun:test';
import { handClock } from '../../../test/fakes/hand-clock.ts';
import { Failure } from '../../core/failure.ts';
import type { Outcome, Sight, StreamChunk, StreamReply } from '../../core/reply.ts';
import { openaiChat } from '../../dialects/openai-chat/index.ts';
import { lifetime } from './deadline.ts';
import { streamAnswer } from './stream-answer.ts';

const seen: Sight = { terminal: false, producedBytes: 1, producedFrames: 1 };

/** A chunk of the caller's own dialect, whose events must not be asked for. */
function wired(text: string, sight: Partial<Sight> = {}): StreamChunk {
  return {
    wire: { dialect: 'openai-chat', bytes: new TextEncoder().encode(text) },
    sight: { ...seen, ...sight },
    get events(): never {
      throw new Error('a pass-through was decoded');
    },
  };
}

/** A streamed answer of these chunks, then perhaps a failure, with what was told of its end. */
function answerOf(
  chunks: readonly StreamChunk[],
  options: { readonly fails?: Failure; readonly unwritable?: Failure } = {},
) {
  const ended: Outcome[] = [];
  const left = [...chunks];
  const reply: StreamReply = {
    kind: 'stream',
    origin: { provider: 'p', model: 'm', attempts: 1, lost: [], emulated: [], headers: {} },
    chunks: {
      async next() {
        const value = left.shift();
        if (value === undefined) throw options.fails ?? new Error('read beyond the terminal frame');
        return { done: false, value };
      },
    },
    observe: () => undefined,
    end: async (outcome) => {
      ended.push(outcome);
      if (options.unwritable !== undefined && ended.length === 1) throw options.unwritable;
    },
  };
  const life = lifetime(handClock(), new AbortController().signal);
  const response = streamAnswer(reply, {}, { dialect: openaiChat, requestId: 'req_1', life });
  return { ended, life, response };
}

describe('a streamed answer', () => {
  test('of the caller’s own dialect goes out byte for byte and is never decoded', async () => {
    const { ended, response } = answerOf([wired('data: {"a":1}\n\n'), wired('data: [DONE]\n\n', { terminal: true })]);
    expect(await response.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
    expect(ended).toEqual([{ kind: 'complete' }]);
  });

  test('that breaks off ends with the dialect’s error frame and no end mark', async () => {
    const { ended, response } = answerOf([wired('data: {"a":1}\n\n')], {
      fails: new Failure('provider-garbled', 'cut'),
    });
    const [first, error, ...rest] = (await response.text()).split('\n\n');
    expect(first).toBe('data: {"a":1}');
    expect(JSON.parse(error?.slice('data: '.length) ?? '')).toMatchObject({
      error: { message: expect.stringContaining('cut') },
    });
    expect(rest).toEqual(['']);
    expect(ended).toMatchObject([{ kind: 'failed', failure: { kind: 'provider-garbled' } }]);
  });

  test('gives what came before an error of the provider, then that error', async () => {
    const failure = new Failure('provider-failed', 'upstream broke');
    const { ended, response } = answerOf([wired('data: {"a":1}\n\n', { failure })]);
    expect(await response.text()).toMatch(/^data: \{"a":1\}\n\ndata: \{"error":/);
    expect(ended).toMatchObject([{ kind: 'failed' }]);
  });

  test('is not acknowledged when its record could not be written: an error frame comes in place of the end mark', async () => {
    const unwritable = new Failure('gateway-storage-failed', 'disk full');
    const { ended, response } = answerOf([wired('data: [DONE]\n\n', { terminal: true })], { unwritable });
    const text = await response.text();
    expect(text).toContain('disk full');
    expect(text).not.toContain('[DONE]');
    expect(ended).toHaveLength(1);
  });

  test('that its caller leaves is ended once, as aborted, and its life is over', async () => {
    const { ended, life, response } = answerOf([wired('data: {"a":1}\n\n'), wired('data: {"a":2}\n\n')]);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(ended).toEqual([{ kind: 'aborted' }]);
    expect(life.signal.aborted).toBeTrue();
  });
});
