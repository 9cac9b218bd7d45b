import { afterEach, expect, test } from 'bun:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { clientKey, type TestHouse, testHouse } from './house.ts';

const config = `
providers:
  claude: { type: anthropic, base_url: "http://claude.invalid", api_key: claude-credential }
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: up-credential }
`;

/** What a caller may set to be somebody else, to be charged elsewhere, or to be sent elsewhere. */
const planted = {
  'x-goog-api-key': 'planted-1',
  'openai-organization': 'planted-2',
  'openai-project': 'planted-3',
  'anthropic-organization-id': 'planted-4',
  'anthropic-workspace-id': 'planted-5',
  'anthropic-dangerous-direct-browser-access': 'planted-6',
  'x-forwarded-for': 'planted-7',
  'api-key': 'planted-8',
  cookie: 'planted-9',
  'x-stainless-lang': 'planted-10',
  connection: 'x-api-key',
  'x-api-base': 'http://planted.invalid',
} as const;

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-4-5',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};

let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
});

async function sentFor(
  path: string,
  body: JsonObject,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly request: OutboundRequest | undefined; readonly status: number; readonly answer: Response }> {
  const upstream: FakeUpstream = fakeUpstream((request) =>
    request.url.includes('claude')
      ? {
          headers: { 'content-type': 'application/json', 'request-id': 'req_theirs' },
          pieces: [JSON.stringify(message)],
        }
      : goodAnswer(request),
  );
  house = await testHouse({ http: upstream, config });
  const answer = await house.ask(body, { path, headers: { ...planted, ...headers } });
  await answer.text();
  expect(upstream.sent).toHaveLength(1);
  return { request: upstream.sent[0], status: answer.status, answer };
}

const asked = { max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] };

test('of a caller’s headers, only those go out that are part of what its dialect says', async () => {
  const { request, status } = await sentFor(
    '/v1/messages',
    { model: 'claude/claude-opus-4-5', ...asked },
    { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-1,b-2', 'x-api-key': clientKey, authorization: '' },
  );
  expect(status).toBe(200);
  expect({ ...request?.headers }).toEqual({
    'content-type': 'application/json',
    'x-api-key': 'claude-credential',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'a-1,b-2',
  });
});

test('what a caller does not say is said by no other header of its', async () => {
  const { request } = await sentFor('/v1/messages', { model: 'claude/claude-opus-4-5', ...asked }, {});
  expect({ ...request?.headers }).toEqual({
    'content-type': 'application/json',
    'x-api-key': 'claude-credential',
    'anthropic-version': '2023-06-01',
  });
});

test('none of them go to a provider of another dialect', async () => {
  const { request } = await sentFor(
    '/v1/messages',
    { model: 'up/m', ...asked },
    { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-1' },
  );
  expect({ ...request?.headers }).toEqual({
    'content-type': 'application/json',
    authorization: 'Bearer up-credential',
  });
});

test('a caller of another dialect has the version said for it, and nothing of its own', async () => {
  const { request } = await sentFor(
    '/v1/chat/completions',
    { model: 'claude/claude-opus-4-5', ...asked },
    { 'anthropic-version': 'planted-11', 'anthropic-beta': 'planted-12' },
  );
  expect(Object.keys(request?.headers ?? {}).toSorted()).toEqual(['anthropic-version', 'content-type', 'x-api-key']);
  expect(JSON.stringify(request?.headers)).not.toContain('planted');
});

test('an answer has our id where this vendor’s SDK looks for it, and the record has the vendor’s', async () => {
  const { answer } = await sentFor(
    '/anthropic/v1/messages',
    { model: 'claude/claude-opus-4-5', ...asked },
    { 'anthropic-version': '2023-06-01' },
  );
  const id = answer.headers.get('x-request-id');
  expect(id).toMatch(/^req/);
  expect(answer.headers.get('request-id')).toBe(id);
  expect(await house?.records()).toMatchObject([{ requestId: id, upstreamRequestId: 'req_theirs' }]);
});
