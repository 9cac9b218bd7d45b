import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type Fault, faultKinds, textOf } from './hostile.ts';
import { contentOf, hostileAsking, jsonObject, question, streaming } from './hostile-asking.ts';
import { exchange, posted } from './raw-client.ts';

const { open, close, upstream, ask, askWith, rawly, frames } = hostileAsking();
beforeEach(open);
afterEach(close);

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
    const [seen] = upstream().seen;
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
    expect(upstream().seen[0]?.sent).toMatchObject({ frames: 8, tokens: 4 });
    expect((await frames({ kind: 'none' }, streaming)).join('')).not.toContain('usage');
  });

  test('comes on the same connection as the one before', async () => {
    for (let call = 0; call < 3; call += 1) await (await ask()).text();
    expect(upstream().seen.map(({ connection }) => connection)).toEqual([1, 1, 1]);
    expect(upstream().openSockets()).toBe(1);
  });

  test('is given to a chunked request too, and to two that come in one piece', async () => {
    const text = JSON.stringify(question);
    const chunked = `POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n${text.slice(0, 5)}\r\n${(text.length - 5).toString(16)}\r\n${text.slice(5)}\r\n0\r\n\r\n`;
    const { text: received } = await exchange(upstream().url, chunked + posted(question));
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(upstream().seen.map(({ json }) => json)).toEqual([question, question]);
  });
});

describe('the script', () => {
  test('is a queue, then what is otherwise', async () => {
    upstream().script([
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429 },
    ]);
    upstream().script({ kind: 'none' });
    upstream().otherwise({ kind: 'status', status: 529 });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call += 1) statuses.push((await ask()).status);
    expect(statuses).toEqual([500, 429, 200, 529, 529]);
  });
});

describe('connections', () => {
  test('are refused while the port is closed, and accepted again', async () => {
    await (await ask()).text();
    await upstream().refuse();
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
    expect(upstream().openSockets()).toBe(0);
    await upstream().accept();
    expect((await ask()).status).toBe(200);
  });

  test('are reset, closed or left silent before the head', async () => {
    expect(await rawly({ kind: 'reset' })).toEqual({ text: '', ending: 'reset' });
    expect(await rawly({ kind: 'close' })).toEqual({ text: '', ending: 'closed' });
    expect(await rawly({ kind: 'silence' })).toEqual({ text: '', ending: 'patience' });
    expect(await Promise.all(upstream().seen.map(({ ended }) => ended))).toEqual(['broken', 'broken', 'aborted']);
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
    upstream().script({ kind: 'idle-close', when: 'next-request' });
    const { text } = await exchange(upstream().url, posted(question));
    expect(text).toStartWith('HTTP/1.1 200 OK');
    const before = upstream().seen.length;
    upstream().script({ kind: 'idle-close', when: 'next-request' });
    await (await ask()).text();
    expect(upstream().dropped()).toBe(0);
    await expect(ask()).rejects.toThrow();
    expect(upstream().dropped()).toBe(1);
    expect((await ask()).status).toBe(200);
    // The dropped request was never read, so it is not in the book.
    expect(upstream().seen.length - before).toBe(2);
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
    expect(upstream().seen.every(({ billed }) => billed.input === 0 && billed.output === 0)).toBeTrue();
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
    upstream().script({ kind: 'redirect', location: 'http://127.0.0.1:1/', status: 307 });
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
    upstream().script({ kind: 'headers-endless' });
    const caller = new AbortController();
    const endless = fetch(`${upstream().url}/x`, { signal: caller.signal }).catch(() => 'failed');
    const seen = await upstream().arrival(upstream().seen.length + 1);
    setTimeout(() => caller.abort(), 50);
    expect(await endless).toBe('failed');
    expect(await seen.ended).toBe('aborted');
    expect(seen.sent.bytes).toBeGreaterThan(100_000);
  });
});

test('the book knows when the caller went, and what it would bill him', async () => {
  const caller = new AbortController();
  upstream().script({ kind: 'none', tokens: 500, paceMs: 5 });
  const answer = await ask(streaming, { signal: caller.signal });
  const reader = answer.body?.getReader();
  await reader?.read();
  const aborted = performance.now();
  caller.abort();
  const seen = await upstream().arrival(1);
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
    const arrival = upstream().arrival(upstream().seen.length + 1);
    await rawly({ kind, ...settings[kind] } as Fault, streaming, 30);
    expect((await arrival).fault.kind).toBe(kind);
  }
  for (const { ended } of upstream().seen) await ended;
  await upstream().close();
  expect(upstream().openSockets()).toBe(0);
});
