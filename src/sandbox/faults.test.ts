import { describe, expect, test } from 'bun:test';
import { type HandClock, handClock } from '../../test/fakes/hand-clock.ts';
import { type Asking, askSandbox, at, framesOf, jsonOf } from '../../test/fakes/sandbox.ts';
import { fakeIds } from '../../test/fakes/surroundings.ts';
import { Failure } from '../core/failure.ts';
import type { JsonObject } from '../core/json.ts';
import type { ByteSource, InboundResponse } from '../core/ports.ts';

const messages = [{ role: 'user', content: 'a b c d e f' }];
const ask = (query: string, changes: JsonObject = {}, asking: Asking = {}): Promise<InboundResponse> =>
  askSandbox({ model: `echo?${query}`, messages, ...changes }, asking);
const streamed = { stream: true };
const gone = new Failure('caller-gone', 'The caller left.');

/** Reads to the end; what came, and what broke it. */
async function drained(source: ByteSource): Promise<{ readonly text: string; readonly thrown?: unknown }> {
  let text = '';
  try {
    for (let piece = await source.read(); piece !== undefined; piece = await source.read())
      text += new TextDecoder().decode(piece);
  } catch (thrown) {
    return { text, thrown };
  }
  return { text };
}

function words(text: string): string {
  return [...text.matchAll(/"content":"([^"]*)"/g)].map((match) => match[1]).join('');
}

/** What has become of a promise by now. */
async function now<T>(clock: HandClock, promise: Promise<T>): Promise<T | 'waiting'> {
  await clock.advance(0);
  return Promise.race([promise, Promise.resolve<'waiting'>('waiting')]);
}

describe('pace', () => {
  test('the head comes at once, the first frame at ttft_ms, then one token in its time', async () => {
    const clock = handClock();
    const source = (await ask('ttft_ms=200&tokens_per_second=50', streamed, { clock })).pieces();
    const times: number[] = [];
    let done = false;
    const reading = (async () => {
      for (let piece = await source.read(); piece !== undefined; piece = await source.read())
        times.push(clock.monotonic());
      done = true;
    })();
    await clock.advance(199);
    expect(times).toEqual([]);
    await clock.advance(1000);
    await reading;
    expect(times).toEqual([200, 200, 220, 240, 260, 280, 300, 320, 320]);
    expect({ done, pending: clock.pending() }).toEqual({ done: true, pending: 0 });
  });

  test('a whole answer comes when its last token would have', async () => {
    const clock = handClock();
    const answer = ask('ttft_ms=100&tokens_per_second=10', {}, { clock });
    await clock.advance(699);
    expect(await now(clock, answer)).toBe('waiting');
    await clock.advance(1);
    expect(at(await jsonOf(await answer), 'choices', 0, 'message', 'content')).toBe('a b c d e f');
  });

  test('time for reasoning passes before the first token', async () => {
    const clock = handClock();
    const source = (await ask('tokens_per_second=10', { ...streamed, reasoning_effort: 'low' }, { clock })).pieces();
    const first = source.read();
    await clock.advance(799);
    expect(await now(clock, first)).toBe('waiting');
    await clock.advance(1);
    expect(await now(clock, first)).toBeInstanceOf(Uint8Array);
    source.cancel();
  });

  test('a slow reader does not slow the sandbox down', async () => {
    const clock = handClock();
    const source = (await ask('tokens_per_second=1', streamed, { clock })).pieces();
    await clock.advance(60_000);
    const { text } = await drained(source);
    expect(words(text)).toBe('a b c d e f');
  });
});

describe('fail', () => {
  test('answers with the status, OpenAI’s body and the time to wait', async () => {
    const answer = await ask('fail=429&retry_after=1.5');
    expect(answer.status).toBe(429);
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      'retry-after': '2',
      'retry-after-ms': '1500',
      'x-request-id': 'req_1',
      'x-sandbox': 'true',
    });
    expect(await jsonOf(answer)).toEqual({
      error: {
        message: 'Rate limit reached. Please try again later.',
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
  });

  test.each([400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504, 529, 599])(
    'does so with %d',
    async (status) => {
      const answer = await ask(`fail=${status}`, streamed);
      expect(answer.status).toBe(status);
      expect(await jsonOf(answer)).toMatchObject({
        error: { message: expect.any(String), type: expect.any(String), param: null },
      });
    },
  );

  test('strikes as often as chance has it', async () => {
    const chances = [0.29, 0.3, 0.9, 0.1];
    const ids = { ...fakeIds(), chance: () => chances.shift() ?? 0 };
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await ask('fail=500&fail_rate=0.3', {}, { ids })).status);
    expect(statuses).toEqual([500, 200, 200, 500]);
  });

  test('with a seed strikes always or never', async () => {
    const status = async (seed: number): Promise<number> => (await ask('fail=500&fail_rate=0.5', { seed })).status;
    const first = await Promise.all(Array.from({ length: 40 }, (_, seed) => status(seed)));
    expect(await Promise.all(Array.from({ length: 40 }, (_, seed) => status(seed)))).toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 500]));
  });

  test('comes after ttft_ms', async () => {
    const clock = handClock();
    const answer = ask('fail=503&ttft_ms=50', {}, { clock });
    expect(await now(clock, answer)).toBe('waiting');
    await clock.advance(50);
    expect((await answer).status).toBe(503);
  });
});

describe('a stream', () => {
  test('is cut after so many tokens', async () => {
    const { text, thrown } = await drained((await ask('cut_after=3', streamed)).pieces());
    expect(words(text)).toBe('a b c');
    expect(thrown).toMatchObject({ name: 'Failure', kind: 'provider-unreachable' });
    const before = await drained((await ask('cut_after=0', streamed)).pieces());
    expect(before).toMatchObject({ text: '', thrown: { kind: 'provider-unreachable' } });
  });

  test('is cut before its end if the fault is due at its last token, and not if it is due later', async () => {
    expect((await drained((await ask('cut_after=6', streamed)).pieces())).text).not.toContain('stop');
    expect((await drained((await ask('cut_after=7', streamed)).pieces())).text).toEndWith('data: [DONE]\n\n');
  });

  test('ends early in good order, without [DONE]', async () => {
    const { text, thrown } = await drained((await ask('end_after=2', streamed)).pieces());
    expect({ words: words(text), done: text.includes('[DONE]'), thrown }).toEqual({
      words: 'a b',
      done: false,
      thrown: undefined,
    });
  });

  test('brings an error in its middle and ends', async () => {
    const frames = await framesOf(await ask('error_after=2', streamed));
    expect(frames.at(-1)).toEqual({
      error: { message: expect.stringContaining('had an error'), type: 'server_error', param: null, code: null },
    });
    expect(frames).toHaveLength(4);
  });

  test('falls silent until the caller gives up, whose reason it then gives', async () => {
    const clock = handClock();
    const caller = new AbortController();
    const source = (await ask('stall_after=1', streamed, { clock, signal: caller.signal })).pieces();
    const draining = drained(source);
    await clock.advance(1_000_000);
    expect(await now(clock, draining)).toBe('waiting');
    caller.abort(gone);
    const { text, thrown } = await draining;
    expect({ words: words(text), thrown, pending: clock.pending() }).toEqual({ words: 'a', thrown: gone, pending: 0 });
  });

  test('suffers the fault that is due first', async () => {
    const { text, thrown } = await drained((await ask('cut_after=4&end_after=2', streamed)).pieces());
    expect({ words: words(text), thrown }).toEqual({ words: 'a b', thrown: undefined });
  });
});

describe('a whole answer', () => {
  test('is cut in its middle', async () => {
    const { text, thrown } = await drained((await ask('cut_after=3')).pieces());
    expect(text).toStartWith('{"id":');
    expect(() => JSON.parse(text)).toThrow();
    expect(thrown).toMatchObject({ kind: 'provider-unreachable' });
    await expect((await ask('cut_after=3')).bytes(10_000)).rejects.toMatchObject({ kind: 'provider-unreachable' });
  });

  test('ends in its middle', async () => {
    const { text, thrown } = await drained((await ask('end_after=1')).pieces());
    expect(() => JSON.parse(text)).toThrow();
    expect(thrown).toBeUndefined();
  });

  test('is an error under a good status', async () => {
    const answer = await ask('error_after=0');
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toMatchObject({ error: { type: 'server_error' } });
  });

  test('stops coming', async () => {
    const caller = new AbortController();
    const reading = (await ask('stall_after=1', {}, { signal: caller.signal })).bytes(10_000);
    caller.abort(gone);
    await expect(reading).rejects.toBe(gone);
  });
});

test('hang gives not even a head until the caller gives up', async () => {
  const clock = handClock();
  const caller = new AbortController();
  const answer = ask('hang=1', {}, { clock, signal: caller.signal });
  await clock.advance(1_000_000);
  expect(await now(clock, answer)).toBe('waiting');
  caller.abort(gone);
  await expect(answer).rejects.toBe(gone);
});

test('an abort ends every wait at once, and leaves no timer', async () => {
  for (const [query, changes] of [
    ['ttft_ms=5000', {}],
    ['ttft_ms=5000&fail=500', {}],
    ['tokens_per_second=0.01', {}],
  ] as const) {
    const clock = handClock();
    const caller = new AbortController();
    const answer = ask(query, changes, { clock, signal: caller.signal });
    expect(await now(clock, answer)).toBe('waiting');
    caller.abort(gone);
    await expect(answer).rejects.toBe(gone);
    expect(clock.pending()).toBe(0);
  }
  await expect(ask('', {}, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
});

test('a reader that cancels gets an end, and leaves no timer', async () => {
  const clock = handClock();
  const source = (await ask('ttft_ms=5000', streamed, { clock })).pieces();
  const reading = source.read();
  expect(await now(clock, reading)).toBe('waiting');
  source.cancel();
  expect(await reading).toBeUndefined();
  expect(clock.pending()).toBe(0);
});

test('no_usage leaves usage out, though it was asked for', async () => {
  expect(await jsonOf(await ask('no_usage=1'))).not.toHaveProperty('usage');
  const frames = await framesOf(await ask('no_usage=1', { stream: true, stream_options: { include_usage: true } }));
  expect(frames.some((frame) => at(frame, 'usage') !== undefined)).toBeFalse();
});

test('html is a page that says so, garbage a page that claims to be an answer', async () => {
  const page = await ask('html=1', streamed);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect((await drained(page.pieces())).text).toStartWith('<!DOCTYPE html>');
  expect((await ask('garbage=1', streamed)).headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const whole = await ask('garbage=1');
  expect(whole.headers.get('content-type')).toBe('application/json');
  await expect(jsonOf(whole)).rejects.toThrow();
});

test('an answer above the limit of its reader is refused', async () => {
  await expect((await ask('')).bytes(100)).rejects.toMatchObject({ kind: 'provider-garbled' });
});
