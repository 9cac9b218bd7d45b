import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { gunzipSync } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { type Fault, faultKinds, type HostileUpstream, hostileUpstream, textOf } from './hostile.ts';
import { exchange, posted } from './raw-client.ts';

let upstream: HostileUpstream;
beforeEach(async () => {
  upstream = await hostileUpstream();
});
afterEach(async () => {
  await upstream.close();
});

const question = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const streaming = { ...question, stream: true };
const withUsage = { ...streaming, stream_options: { include_usage: true } };

const ask = (body: object = question, init: RequestInit = {}): Promise<Response> =>
  fetch(`${upstream.url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init });
const askWith = (fault: Fault, body: object = question): Promise<Response> => {
  upstream.script(fault);
  return ask(body);
};
const rawly = async (fault: Fault, body: object = question, patienceMs?: number): ReturnType<typeof exchange> => {
  upstream.script(fault);
  return exchange(upstream.url, posted(body), patienceMs);
};
/** The data of all frames. */
const frames = async (fault: Fault, body: object = withUsage): Promise<readonly string[]> => {
  const text = await (await askWith(fault, body)).text();
  return text
    .split(/\r?\n\r?\n/)
    .filter((frame) => frame !== '')
    .map((frame) => frame.replace(/^data: ?/, ''));
};
const contentOf = (data: readonly string[]): string =>
  data
    .filter((each) => each.startsWith('{'))
    .map((each) => JSON.parse(each).choices[0]?.delta?.content ?? '')
    .join('');
const jsonObject = (text: string): JsonObject => {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error(`${text} is no object`);
  return value;
};
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

describe('a good answer', () => {
  test('is whole, and the book has the request and what was sent', async () => {
    const answer = await ask(
      { ...question, n: 2, max_tokens: 3 },
      { headers: { 'X-Own': 'a', authorization: 'Bearer test' } },
    );
    expect(answer.status).toBe(200);
    const body = jsonObject(await answer.text());
    expect(body).toMatchObject({
      choices: [{ message: { content: textOf(3) }, finish_reason: 'length' }, { index: 1 }],
      usage: { completion_tokens: 6 },
    });
    const [seen] = upstream.seen;
    expect(await seen?.ended).toBe('answered');
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'x-own': 'a', authorization: 'Bearer test' },
      connection: 1,
      outcome: 'answered',
      json: { ...question, n: 2, max_tokens: 3 },
      sent: { tokens: 6, frames: 0 },
      billed: { input: Math.ceil((seen?.body.length ?? 0) / 4), output: 6 },
    });
    expect(body['usage']).toMatchObject({ prompt_tokens: seen?.billed.input, completion_tokens: seen?.billed.output });
  });

  test('is a stream, with usage only if it is asked for', async () => {
    const data = await frames({ kind: 'none', tokens: 4 });
    expect(contentOf(data)).toBe(textOf(4));
    expect(data.at(-1)).toBe('[DONE]');
    expect(JSON.parse(data.at(-2) ?? '')).toMatchObject({ choices: [], usage: { completion_tokens: 4 } });
    expect(upstream.seen[0]?.sent).toMatchObject({ frames: 8, tokens: 4 });
    expect((await frames({ kind: 'none' }, streaming)).join('')).not.toContain('usage');
  });

  test('comes on the same connection as the one before', async () => {
    for (let call = 0; call < 3; call += 1) await (await ask()).text();
    expect(upstream.seen.map(({ connection }) => connection)).toEqual([1, 1, 1]);
    expect(upstream.openSockets()).toBe(1);
  });

  test('is given to a chunked request too, and to two that come in one piece', async () => {
    const text = JSON.stringify(question);
    const chunked = `POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n${text.slice(0, 5)}\r\n${(text.length - 5).toString(16)}\r\n${text.slice(5)}\r\n0\r\n\r\n`;
    const { text: received } = await exchange(upstream.url, chunked + posted(question));
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(upstream.seen.map(({ json }) => json)).toEqual([question, question]);
  });
});

describe('the script', () => {
  test('is a queue, then what is otherwise', async () => {
    upstream.script([
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429 },
    ]);
    upstream.script({ kind: 'none' });
    upstream.otherwise({ kind: 'status', status: 529 });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call += 1) statuses.push((await ask()).status);
    expect(statuses).toEqual([500, 429, 200, 529, 529]);
  });
});

describe('connections', () => {
  test('are refused while the port is closed, and accepted again', async () => {
    await (await ask()).text();
    await upstream.refuse();
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    expect(upstream.openSockets()).toBe(0);
    await upstream.accept();
    expect((await ask()).status).toBe(200);
  });

  test('are reset, closed or left silent before the head', async () => {
    expect(await rawly({ kind: 'reset' })).toEqual({ text: '', ending: 'reset' });
    expect(await rawly({ kind: 'close' })).toEqual({ text: '', ending: 'closed' });
    expect(await rawly({ kind: 'silence' })).toEqual({ text: '', ending: 'patience' });
    expect(await Promise.all(upstream.seen.map(({ ended }) => ended))).toEqual(['broken', 'broken', 'aborted']);
  });

  test('are answered late', async () => {
    const began = performance.now();
    expect((await askWith({ kind: 'late', ms: 80 })).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(75);
  });

  test('are closed after an answer, or at the very moment of the next request', async () => {
    expect(await rawly({ kind: 'idle-close', when: 'at-once' })).toMatchObject({
      ending: 'closed',
      text: expect.stringContaining('200 OK'),
    });
    upstream.script({ kind: 'idle-close', when: 'next-request' });
    const { text } = await exchange(upstream.url, posted(question));
    expect(text).toStartWith('HTTP/1.1 200 OK');
    const before = upstream.seen.length;
    upstream.script({ kind: 'idle-close', when: 'next-request' });
    await (await ask()).text();
    expect(upstream.dropped()).toBe(0);
    await expect(ask()).rejects.toThrow();
    expect(upstream.dropped()).toBe(1);
    expect((await ask()).status).toBe(200);
    // The dropped request was never read, so it is not in the book.
    expect(upstream.seen.length - before).toBe(2);
  });

  test('bring another response or bytes that nobody asked for', async () => {
    const { text } = await rawly({ kind: 'extra-response' });
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(text).toContain('poison');
    expect((await rawly({ kind: 'extra-bytes' })).text).toMatch(/\}t.*\r\n\r\n$/s);
  });
});

describe('heads', () => {
  test('have every status, in OpenAI’s words, with Retry-After word for word', async () => {
    for (const status of [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529]) {
      const answer = await askWith({ kind: 'status', status, retryAfter: 'Wed, 21 Oct 2037 07:28:00 GMT' });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('retry-after')).toBe('Wed, 21 Oct 2037 07:28:00 GMT');
      expect(await answer.json()).toEqual({
        error: {
          message: expect.any(String),
          type: expect.any(String),
          param: null,
          code:
            status === 401
              ? 'invalid_api_key'
              : status === 404
                ? 'model_not_found'
                : status === 429
                  ? 'rate_limit_exceeded'
                  : null,
        },
      });
    }
    expect(upstream.seen.every(({ billed }) => billed.input === 0 && billed.output === 0)).toBeTrue();
    const headers = { 'retry-after-ms': '30' };
    expect((await askWith({ kind: 'status', status: 429, headers })).headers.get('retry-after-ms')).toBe('30');
    expect(await (await askWith({ kind: 'status', status: 429, code: 'insufficient_quota' })).json()).toMatchObject({
      error: { code: 'insufficient_quota' },
    });
  });

  test('come with a body of another kind', async () => {
    const body = async (kind: 'html' | 'text' | 'empty' | 'detail'): Promise<string> =>
      (await askWith({ kind: 'status', status: 503, body: kind })).text();
    expect([await body('html'), await body('text'), await body('empty'), await body('detail')]).toEqual([
      expect.stringContaining('<html>'),
      'Something is wrong.',
      '',
      '{"detail":"Something is wrong."}',
    ]);
  });

  test('redirect, or are good and bring something else', async () => {
    upstream.script({ kind: 'redirect', location: 'http://127.0.0.1:1/', status: 307 });
    const redirect = await ask(question, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([307, 'http://127.0.0.1:1/']);
    const html = await askWith({ kind: 'html' });
    expect([html.status, html.headers.get('content-type'), (await html.text()).includes('<html>')]).toEqual([
      200,
      'text/html',
      true,
    ]);
    expect(await (await askWith({ kind: 'error-200' })).json()).toMatchObject({ error: { type: 'server_error' } });
    const other = await askWith({ kind: 'content-type', type: 'application/octet-stream' });
    expect([other.headers.get('content-type'), jsonObject(await other.text())['object']]).toEqual([
      'application/octet-stream',
      'chat.completion',
    ]);
    expect(await (await askWith({ kind: 'empty' })).text()).toBe('');
    expect((await askWith({ kind: 'no-content' })).status).toBe(204);
  });

  test('are huge, endless, preceded by a flood, garbage, or stop half-way', async () => {
    expect((await rawly({ kind: 'headers-huge', bytes: 100_000 })).text.length).toBeGreaterThan(100_000);
    const flood = await rawly({ kind: 'informational-flood', count: 500 });
    expect(flood.text.match(/HTTP\/1\.1 103/g)).toHaveLength(500);
    expect(flood.ending).toBe('patience');
    expect(await rawly({ kind: 'head-garbage' })).toEqual({ text: 'SSH-2.0-upstream\r\n\r\n', ending: 'closed' });
    expect(await rawly({ kind: 'head-stall' })).toEqual({
      text: 'HTTP/1.1 200 OK\r\nContent-Type: appl',
      ending: 'patience',
    });
    upstream.script({ kind: 'headers-endless' });
    const caller = new AbortController();
    const endless = fetch(`${upstream.url}/x`, { signal: caller.signal }).catch(() => 'failed');
    const seen = await upstream.arrival(upstream.seen.length + 1);
    setTimeout(() => caller.abort(), 50);
    expect(await endless).toBe('failed');
    expect(await seen.ended).toBe('aborted');
    expect(seen.sent.bytes).toBeGreaterThan(100_000);
  });
});

describe('bodies', () => {
  test.each([0, 1, 50, 200])('are cut after %d bytes, by a reset or a close', async (after) => {
    for (const body of [question, withUsage]) {
      const good = await exchange(upstream.url, posted(body));
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
    expect(upstream.seen.at(-1)?.outcome).toBe('broken');
  });

  test('stop coming', async () => {
    expect(await rawly({ kind: 'stall', after: 60 })).toMatchObject({
      ending: 'patience',
      text: expect.stringMatching(/\r\n\r\n.{60}$/s),
    });
    expect(await upstream.seen[0]?.ended).toBe('aborted');
  });

  test('drip byte by byte, and are right in the end', async () => {
    upstream.script({ kind: 'drip', bytes: 7, ms: 1, tokens: 2 });
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
    expect(upstream.seen.map(({ sent }) => sent.tokens)).toEqual([2, 2]);
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
    upstream.script({ kind: 'endless', bytes: 10_000 });
    const answer = await ask(streaming, { signal: caller.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    const seen = await upstream.arrival(1);
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
  expect(upstream.seen.every(({ billed }) => billed.output === 8)).toBeTrue();
});

test('the book knows when the caller went, and what it would bill him', async () => {
  const caller = new AbortController();
  upstream.script({ kind: 'none', tokens: 500, paceMs: 5 });
  const answer = await ask(streaming, { signal: caller.signal });
  const reader = answer.body?.getReader();
  await reader?.read();
  const aborted = performance.now();
  caller.abort();
  const seen = await upstream.arrival(1);
  expect(await seen.ended).toBe('aborted');
  expect((seen.endedAt ?? Number.NaN) - aborted).toBeLessThan(1000);
  expect(seen.billed.output).toBeLessThan(400);
  expect(seen.billed.input).toBe(Math.ceil(JSON.stringify(streaming).length / 4));
});

test('every kind is in the list of kinds, and none leaves a socket open', async () => {
  const settings: Readonly<Record<string, object>> = {
    late: { ms: 1 },
    'idle-close': { when: 'at-once' },
    status: { status: 500 },
    redirect: { location: '/' },
    'content-type': { type: 'text/plain' },
    cut: { after: 10 },
    stall: { after: 10 },
    drip: { bytes: 100, ms: 1 },
    'gzip-bomb': { megabytes: 1 },
    huge: { bytes: 1000 },
    'error-frame': { after: 1 },
    'frame-invalid': { after: 1 },
    usage: { as: 'null' },
  };
  const endless = ['headers-endless', 'endless'];
  for (const kind of faultKinds.filter((each) => !endless.includes(each))) {
    const arrival = upstream.arrival(upstream.seen.length + 1);
    await rawly({ kind, ...settings[kind] } as Fault, streaming, 30);
    expect((await arrival).fault.kind).toBe(kind);
  }
  for (const { ended } of upstream.seen) await ended;
  await upstream.close();
  expect(upstream.openSockets()).toBe(0);
});
