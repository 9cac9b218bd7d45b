import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { gunzipSync } from 'node:zlib';
import { type Fault, textOf } from './hostile.ts';
import { contentOf, hostileAsking, jsonObject, question, streaming, withUsage } from './hostile-asking.ts';
import { exchange, posted } from './raw-client.ts';

const { open, close, upstream, ask, askWith, rawly, frames } = hostileAsking();
beforeEach(open);
afterEach(close);

const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

describe('bodies', () => {
  test.each([0, 1, 50, 200])('are cut after %d bytes, by a reset or a close', async (after) => {
    for (const body of [question, withUsage]) {
      const good = await exchange(upstream().url, posted(body));
      for (const by of ['reset', 'close'] as const) {
        const { text, ending } = await rawly({ kind: 'cut', after, by }, body);
        expect(ending).toBe(by === 'reset' ? 'reset' : 'closed');
        const sent = bodyOf(text)
          .replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '')
          .replace(/\r\n$/, '');
        expect(sent).toHaveLength(after);
        expect(bodyOf(good.text).replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '')).toStartWith(sent);
      }
    }
    expect(upstream().seen.at(-1)?.outcome).toBe('broken');
  });

  test('stop coming', async () => {
    expect(await rawly({ kind: 'stall', after: 60 })).toMatchObject({
      ending: 'patience',
      text: expect.stringMatching(/\r\n\r\n.{60}$/s),
    });
    expect(await upstream().seen[0]?.ended).toBe('aborted');
  });

  test('drip byte by byte, and are right in the end', async () => {
    upstream().script({ kind: 'drip', bytes: 7, ms: 1, tokens: 2 });
    const began = performance.now();
    const data = await (await ask(withUsage)).text();
    expect(contentOf(data.split('\n\n').map((frame) => frame.replace('data: ', '')))).toBe(textOf(2));
    expect(performance.now() - began).toBeGreaterThan(data.length / 7);
  });

  test('announce too little or too much', async () => {
    const length = async (fault: Fault): Promise<number> => {
      const { text, ending } = await rawly(fault);
      expect(ending).toBe(fault.kind === 'length-long' ? 'closed' : 'patience');
      return Number(/Content-Length: (\d+)/.exec(text)?.[1]) - bodyOf(text).length;
    };
    expect(await length({ kind: 'none' })).toBe(0);
    expect(await length({ kind: 'length-short' })).toBe(-10);
    expect(await length({ kind: 'length-long' })).toBe(10);
    await expect(askWith({ kind: 'length-long' }).then((answer) => answer.text())).rejects.toThrow();
  });

  test('have broken chunks, or none and no length either', async () => {
    expect((await rawly({ kind: 'chunk-garbage' }, streaming)).text).toEndWith('zz\r\nno chunk\r\n');
    await expect(askWith({ kind: 'chunk-garbage' }, streaming).then((answer) => answer.text())).rejects.toThrow();
    const { text, ending } = await rawly({ kind: 'until-close' }, streaming);
    expect([ending, /content-length|chunked/i.test(text), text.endsWith('data: [DONE]\n\n')]).toEqual([
      'closed',
      false,
      true,
    ]);
  });

  test('are compressed: whole, in part, not at all, or a thousandfold', async () => {
    const raw = async (fault: Fault): Promise<Buffer> => Buffer.from(bodyOf((await rawly(fault)).text), 'latin1');
    expect(JSON.parse(gunzipSync(await raw({ kind: 'gzip' })).toString())).toMatchObject({ object: 'chat.completion' });
    expect(() => gunzipSync(raw as never)).toThrow();
    const cut = await raw({ kind: 'gzip-cut' });
    expect(() => gunzipSync(cut)).toThrow();
    const lie = await rawly({ kind: 'gzip-lie' });
    expect(lie.text).toMatch(/Content-Encoding: gzip\r\n[\s\S]*\r\n\r\n\{"id"/);
    const bomb = await raw({ kind: 'gzip-bomb', megabytes: 20 });
    expect([bomb.length < 100_000, gunzipSync(bomb).length]).toEqual([true, 20_000_000]);
  });

  test('are broken JSON, broken UTF-8, or huge', async () => {
    await expect(askWith({ kind: 'json-invalid' }).then((answer) => answer.json())).rejects.toThrow();
    for (const body of [question, streaming]) {
      const bytes = await (await askWith({ kind: 'utf8-invalid' }, body)).arrayBuffer();
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    }
    expect((await (await askWith({ kind: 'huge', bytes: 1_000_000 })).text()).length).toBeGreaterThan(1_000_000);
    expect(
      Math.max(...(await frames({ kind: 'huge', bytes: 1_000_000 })).map((frame) => frame.length)),
    ).toBeGreaterThan(1_000_000);
  });
});

describe('streams', () => {
  test('lack [DONE], have two, or go on after it', async () => {
    expect(await frames({ kind: 'done-missing' })).not.toContain('[DONE]');
    expect((await frames({ kind: 'done-twice' })).slice(-2)).toEqual(['[DONE]', '[DONE]']);
    expect((await frames({ kind: 'after-done' })).at(-1)).toContain('after the end');
  });

  test('bring an error in the middle, in either form', async () => {
    const data = await frames({ kind: 'error-frame', after: 2 });
    expect([contentOf(data.slice(0, -1)), JSON.parse(data.at(-1) ?? '').error.type]).toEqual([
      textOf(2),
      'server_error',
    ]);
    expect((await frames({ kind: 'error-frame', after: 2, form: 'event' })).at(-1)).toStartWith(
      'event: error\ndata: {"error"',
    );
    expect(upstream().seen.map(({ sent }) => sent.tokens)).toEqual([2, 2]);
  });

  test('bring a frame that is no JSON', async () => {
    const data = await frames({ kind: 'frame-invalid', after: 1 });
    expect(() => JSON.parse(data[2] ?? '')).toThrow();
    expect(data.at(-1)).toBe('[DONE]');
  });

  test('are spelled otherwise, and mean the same', async () => {
    for (const kind of [
      'frames-crlf',
      'frames-comments',
      'frames-dense',
      'frames-together',
      'choices-empty',
    ] as const) {
      expect(contentOf(await frames({ kind }))).toBe(textOf(8));
    }
    const text = async (fault: Fault): Promise<string> => (await askWith(fault, streaming)).text();
    expect((await text({ kind: 'frames-crlf' })).replaceAll('\r\n', '')).not.toContain('\n');
    expect(await text({ kind: 'frames-comments' })).toStartWith(': keep-alive\n\ndata: ');
    expect(await text({ kind: 'frames-dense' })).toStartWith('data:{');
    expect(await text({ kind: 'choices-empty' })).toContain('"choices":[],"prompt_filter_results"');
    expect(await text({ kind: 'finish-missing' })).not.toContain('"stop"');
  });

  test('have their pace', async () => {
    const began = performance.now();
    await (await askWith({ kind: 'none', tokens: 5, paceMs: 10 }, streaming)).text();
    expect(performance.now() - began).toBeGreaterThan(70);
  });

  test('never end, but stop when nobody reads, and when the reader goes', async () => {
    const caller = new AbortController();
    upstream().script({ kind: 'endless', bytes: 10_000 });
    const answer = await ask(streaming, { signal: caller.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    const seen = await upstream().arrival(1);
    const settled = async (): Promise<number> => {
      let last = -1;
      while (seen.sent.bytes !== last) {
        last = seen.sent.bytes;
        await Bun.sleep(50);
      }
      return last;
    };
    // What the two ends of the connection and the client's own buffer hold.
    expect(await settled()).toBeLessThan(64_000_000);
    expect(seen.outcome).toBe('answering');
    const aborted = performance.now();
    caller.abort();
    expect(await seen.ended).toBe('aborted');
    expect((seen.endedAt ?? Number.NaN) - aborted).toBeLessThan(1000);
    expect(seen.billed.output).toBe(seen.sent.frames);
    // Bun gives up an answer whose reader nobody holds any more; this one is held until here.
    await expect(reader?.read()).rejects.toThrow();
  });
});

test('usage is told in every wrong way', async () => {
  const told = async (as: Extract<Fault, { kind: 'usage' }>['as'], body: object = withUsage): Promise<unknown[]> =>
    (await frames({ kind: 'usage', as }, body))
      .filter((each) => each.startsWith('{'))
      .map((each) => JSON.parse(each).usage)
      .filter((usage) => usage !== undefined);
  const input = Math.ceil(JSON.stringify(withUsage).length / 4);
  const usage = (prompt: unknown, completion: unknown, total: unknown): object => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
  });
  const truth = usage(input, 8, input + 8);
  const half = usage(input, 4, input + 4);
  expect(await told('absent')).toEqual([]);
  expect(await told('null')).toEqual([null]);
  expect(await told('zero')).toEqual([usage(0, 0, 0)]);
  expect(await told('string')).toEqual([usage(String(input), '8', String(input + 8))]);
  expect(await told('negative')).toEqual([usage(-input, -8, -input - 8)]);
  expect(await told('fraction')).toEqual([usage(input + 0.5, 8.5, input + 9)]);
  expect(await told('huge')).toEqual([usage(1e12, 1e12, 2e12)]);
  expect(await told('contradicting')).toEqual([half]);
  expect(await told('twice')).toEqual([half, truth]);
  expect(await told('growing')).toHaveLength(8);
  expect(await told('unasked', streaming)).toHaveLength(1);
  const early = await frames({ kind: 'usage', as: 'early' });
  expect(JSON.parse(early[0] ?? '').usage).toEqual(truth);
  const together = await frames({ kind: 'usage', as: 'with-content' });
  expect(JSON.parse(together[8] ?? '')).toMatchObject({ choices: [{ delta: { content: ' tök🌉7' } }], usage: truth });
  for (const as of ['absent', 'null', 'zero', 'huge'] as const) {
    const { usage: whole } = jsonObject(await (await askWith({ kind: 'usage', as })).text());
    const expected = { absent: undefined, null: null, zero: usage(0, 0, 0), huge: usage(1e12, 1e12, 2e12) };
    expect(whole as unknown).toEqual(expected[as]);
  }
  expect(upstream().seen.every(({ billed }) => billed.output === 8)).toBeTrue();
});
