import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { askedOf, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';
import { openaiError } from './spoken.ts';

/** What a provider does not take is left out and said; who is strict is refused before anything is sent. */
const config = `
providers:
  groq: { base_url: "http://groq.invalid/v1", api_key: groq-credential }
  narrow: { type: openai-compatible, base_url: "http://narrow.invalid/v1", adjust: { without: [logprobs, logit_bias, "odd \\"name\\"", "größe"], renamed: { max_completion_tokens: max_tokens } } }
  wide: { type: openai-compatible, base_url: "http://wide.invalid/v1" }
models:
  detour: { targets: [{ model: narrow/m }], fallback: [wide/m] }
`;
const question = { messages: [{ role: 'user', content: 'Hello' }] };
const lossy = { ...question, logprobs: true, logit_bias: { '50256': -100 }, temperature: 0.5 };
const losses = [
  { path: 'logprobs', why: 'unsupported' },
  { path: 'logit_bias', why: 'unsupported' },
];
const header = '"logprobs";why="unsupported", "logit_bias";why="unsupported"';

let upstream: FakeUpstream;
let house: TestHouse;
beforeEach(async () => {
  upstream = fakeUpstream();
  house = await testHouse({ http: upstream, config });
});
afterEach(async () => {
  await house.close();
});

describe.each(['whole', 'stream'] as const)('a lossy request, %s', (mode) => {
  const stream = mode === 'stream' ? { stream: true } : {};

  test.each(['groq/m', 'narrow/m'])('is answered by %s, and header and record list what was lost', async (model) => {
    const response = await house.ask({ model, ...lossy, ...stream });
    await response.text();
    expect({ status: response.status, lost: response.headers.get('x-trestle-lost') }).toEqual({
      status: 200,
      lost: header,
    });
    expect((await house.records()).map(({ lost, outcome }) => ({ lost, outcome }))).toEqual([
      { lost: losses, outcome: 'complete' },
    ]);
    const [sent] = upstream.sent.map(askedOf);
    const usage = mode === 'stream' ? { stream_options: { include_usage: true } } : {};
    expect(sent).toEqual({ ...question, ...stream, ...usage, temperature: 0.5, model: 'm' });
  });

  test('is refused to the strict, before anything is sent', async () => {
    const response = await house.ask(
      { model: 'groq/m', ...lossy, ...stream },
      { headers: { 'x-trestle-strict': 'true' } },
    );
    expect({ status: response.status, error: openaiError(await response.text()) }).toEqual({
      status: 400,
      error: {
        message:
          'groq cannot be told: logprobs (unsupported), logit_bias (unsupported). Take it out, choose another model, or call without x-trestle-strict.',
        type: 'invalid_request_error',
        param: 'logprobs',
        code: 'request_lossy',
      },
    });
    expect(upstream.sent).toBeEmpty();
    expect(
      (await house.records()).map(({ outcome, status, failure, cost, attempts }) => ({
        outcome,
        status,
        failure,
        cost,
        attempts,
      })),
    ).toEqual([{ outcome: 'refused', status: 400, failure: 'request-lossy', cost: 0n, attempts: 0 }]);
  });

  test('is answered to the strict by a provider that loses nothing', async () => {
    const response = await house.ask(
      { model: 'wide/m', ...lossy, ...stream },
      { headers: { 'x-trestle-strict': 'true' } },
    );
    await response.text();
    expect({ status: response.status, lost: response.headers.get('x-trestle-lost') }).toEqual({
      status: 200,
      lost: null,
    });
    expect(upstream.sent.map(askedOf)).toMatchObject([{ ...lossy, model: 'm' }]);
  });
});

test('a request without what the provider refuses loses nothing, strict or not', async () => {
  for (const strict of ['true', 'false']) {
    const response = await house.ask({ model: 'groq/m', ...question }, { headers: { 'x-trestle-strict': strict } });
    expect({ status: response.status, lost: response.headers.get('x-trestle-lost') }).toEqual({
      status: 200,
      lost: null,
    });
  }
  expect((await house.records()).map(({ lost }) => lost)).toEqual([[], []]);
});

test('another name for the same is no loss', async () => {
  const response = await house.ask(
    { model: 'narrow/m', ...question, max_completion_tokens: 5 },
    { headers: { 'x-trestle-strict': 'true' } },
  );
  expect(response.status).toBe(200);
  expect(upstream.sent.map(askedOf)).toEqual([{ ...question, model: 'm', max_tokens: 5 }]);
});

test('null where nothing was wanted is no loss', async () => {
  const response = await house.ask(
    { model: 'groq/m', ...question, logprobs: null },
    { headers: { 'x-trestle-strict': 'true' } },
  );
  expect(response.status).toBe(200);
});

test('names that no header can hold are spelled so that it can', async () => {
  const response = await house.ask({ model: 'narrow/m', ...question, 'odd "name"': 1, größe: 2 });
  expect(response.headers.get('x-trestle-lost')).toBe(
    '"odd \\"name\\"";why="unsupported", "gr%C3%B6%C3%9Fe";why="unsupported"',
  );
  expect((await house.records())[0]?.lost.map(({ path }) => path)).toEqual(['odd "name"', 'größe']);
});

test('a retry loses nothing twice', async () => {
  await house.close();
  upstream = fakeUpstream((request) =>
    upstream.sent.length === 1 ? { status: 503, pieces: [] } : goodAnswer(request),
  );
  house = await testHouse({ http: upstream, config });
  const answering = house.ask({ model: 'groq/m', ...lossy });
  await house.clock.advance(1_000);
  const response = await answering;
  expect({
    status: response.status,
    attempts: response.headers.get('x-trestle-attempts'),
    lost: response.headers.get('x-trestle-lost'),
  }).toEqual({
    status: 200,
    attempts: '2',
    lost: header,
  });
  expect((await house.records()).map(({ lost }) => lost)).toEqual([losses]);
});

test('a fallback tells the losses of the one that answered', async () => {
  await house.close();
  upstream = fakeUpstream((request) =>
    request.url.includes('narrow') ? { status: 401, pieces: [] } : goodAnswer(request),
  );
  house = await testHouse({ http: upstream, config });
  const response = await house.ask({ model: 'detour', ...lossy });
  expect({
    status: response.status,
    provider: response.headers.get('x-trestle-provider'),
    lost: response.headers.get('x-trestle-lost'),
  }).toEqual({
    status: 200,
    provider: 'wide',
    lost: null,
  });
  expect((await house.records()).map(({ lost, provider }) => ({ lost, provider }))).toEqual([
    { lost: [], provider: 'wide' },
  ]);
});
