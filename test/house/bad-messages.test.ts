import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Started, startTrestle } from '../started.ts';
import { type HostileUpstream, hostileUpstream } from '../upstream/hostile.ts';
import * as bad from './bad-requests.ts';
import { asked, type Spoken } from './spoken.ts';

/** What nobody should ask, asked at Anthropic's doors: refused as early, and in its own envelope. */
const doors = ['/v1/messages', '/anthropic/v1/messages', '/v1/messages/count_tokens'] as const;
const key = 'tr-canary-key-5d20c4e1b7';
const withinMs = 2_000;

/** What a body is made of; which members it needs is another dialect's matter. */
const requests = [...bad.noJson, ...bad.wrongHeaders, ...bad.wrongBodies].filter(
  ({ raw, path, body }) => raw === undefined && path === undefined && !(body instanceof ReadableStream),
);

let upstream: HostileUpstream;
let trestle: Started;
beforeAll(async () => {
  upstream = await hostileUpstream();
  trestle = await startTrestle({
    config: `
limits: { max_body_bytes: ${bad.mostBytes} }
providers:
  up: { type: openai-compatible, base_url: "${upstream.url}/v1", api_key: up-canary-credential-91c3 }
`,
    environment: { TRESTLE_CLIENT_KEY: key, TRESTLE_LOG: 'debug' },
  });
});
afterAll(async () => {
  await trestle?.stop();
  await upstream?.close();
});

const ask = (path: string, { method = 'POST', headers, body = '' }: Partial<bad.BadRequest>): Promise<Spoken> =>
  asked(trestle.url + path, {
    method,
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    body,
  });

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
};

for (const path of doors) {
  describe(path, () => {
    test.each(requests.map((one) => [one.name.slice(0, 60), one] as const))('%s', async (_name, one) => {
      const answer = await ask(path, one);
      const said = JSON.parse(answer.body);
      expect({ status: answer.status, said }).toMatchObject({
        status: one.status,
        said: {
          type: 'error',
          error: {
            type: types[one.status] ?? 'a type for this status',
            message: expect.stringMatching(/\S[\s\S]*\.$/),
          },
        },
      });
      expect(JSON.parse(answer.body).request_id).toBe(answer.headers['request-id']);
      expect(answer.headers['request-id']).toBe(answer.headers['x-request-id']);
      expect(answer.tookMs).toBeLessThan(withinMs);
      expect(answer.body).not.toContain(bad.secretPrompt);
    });
  });
}

describe('at the door of messages', () => {
  const hello = [{ role: 'user', content: 'Hello' }];
  const good = { model: 'up/m', max_tokens: 10, messages: hello };
  test.each([
    ['no max_tokens', { ...good, max_tokens: undefined }, 400, 'max_tokens'],
    ['max_tokens as a text', { ...good, max_tokens: '10' }, 400, 'max_tokens'],
    ['no messages', { ...good, messages: [] }, 400, 'messages'],
    ['a role that is none', { ...good, messages: [{ role: 7, content: 'x' }] }, 400, 'messages[0].role'],
    [
      'a block without its text',
      { ...good, messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      400,
      'messages[0].content[0].text',
    ],
    ['a key in capitals', { ...good, Model: 'other' }, 400, 'Model'],
    [
      'a result without its call',
      {
        ...good,
        messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }] }],
      },
      400,
      'messages[0].content[0].tool_use_id',
    ],
    [
      'an image that cannot be reached',
      { ...good, model: 'local/m', messages: [image('http://127.0.0.1:1/a.png')] },
      404,
      undefined,
    ],
    ['an unknown model', { ...good, model: 'up2/m' }, 404, 'model'],
  ] as const)('%s is refused', async (...[, body, status, param]) => {
    const answer = await ask('/v1/messages', { body: JSON.stringify(body) });
    const { error } = JSON.parse(answer.body);
    expect([answer.status, error.type]).toEqual([status, types[status] ?? '']);
    if (param !== undefined) expect(error.details?.param).toBe(param);
  });

  test('no key, and a wrong one, are the caller’s own trouble', async () => {
    for (const headers of [{ 'x-api-key': '' }, { 'x-api-key': 'tr-wrong' }]) {
      const answer = await ask('/v1/messages', { headers, body: JSON.stringify(good) });
      expect([answer.status, JSON.parse(answer.body).error.type]).toEqual([401, 'authentication_error']);
    }
  });

  test('nothing of it was sent upstream', () => {
    expect(upstream.seen.filter(({ path }) => !path.endsWith('/models'))).toEqual([]);
  });
});

function image(url: string): object {
  return { role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] };
}
