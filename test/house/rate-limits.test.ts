import { afterEach, describe, expect, test } from 'bun:test';
import type { LimitMatch, RateRule } from '../../src/core/limit.ts';
import type { HttpClient } from '../../src/core/ports.ts';
import type { RequestRecord } from '../../src/store/store.ts';
import { askedOf, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type Asking, adminKey, type TestHouse, type TestHouseOptions, testHouse, upstreamConfig } from './house.ts';

const question = { model: 'up/m', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 50 };
const open: TestHouse[] = [];
afterEach(async () => {
  for (const house of open.splice(0)) await house.close();
});

/** A house whose client has these limits. */
async function limited(
  limits: RateRule['limits'],
  {
    match = {},
    mode = 'hard',
    ...options
  }: TestHouseOptions & { readonly match?: LimitMatch; readonly mode?: RateRule['mode'] } = {},
): Promise<TestHouse> {
  const house = await testHouse(options);
  open.push(house);
  await limit(house, [{ id: 'rate_1', limits, mode, match }]);
  return house;
}

async function limit({ store }: TestHouse, rates: readonly RateRule[]): Promise<void> {
  const { data } = await store.keys.list({ limit: 10 });
  const key = data.find(({ role }) => role === 'client');
  if (key === undefined) throw new Error('there is no client');
  await store.keys.update({ ...key, rates });
}

async function statuses(answers: readonly Promise<Response>[]): Promise<Readonly<Record<string, number>>> {
  const all = await Promise.all(answers.map(async (answer) => (await answer).status));
  return Object.fromEntries([...Map.groupBy(all, String)].map(([status, of]) => [status, of.length]));
}

function many(count: number, ask: () => Promise<Response>): readonly Promise<Response>[] {
  return Array.from({ length: count }, ask);
}

function flagsOf(records: readonly RequestRecord[]): readonly string[] {
  return records.flatMap(({ flags }) => flags);
}

describe.each(['memory', 'sqlite'] as const)('of two hundred calls at once, with books in %s,', (store) => {
  test('just as many are served as the limit says, whole or streamed, and the others cost nothing', async () => {
    const upstream = fakeUpstream();
    const house = await limited({ requests_per_minute: 30, requests_per_day: 1000 }, { store, http: upstream });
    let asked = 0;
    const answers = many(200, () => house.ask({ ...question, stream: ++asked % 2 === 0 }));
    expect(await statuses(answers)).toEqual({ 200: 30, 429: 170 });
    expect(upstream.sent.length).toBe(30);
    await Promise.all(answers.map(async (answer) => await (await answer).text()));
    await house.clock.advance(60_000);
    expect(await statuses(many(200, () => house.ask(question)))).toEqual({ 200: 30, 429: 170 });
    const refused = (await house.records()).filter(({ failure }) => failure === 'rate-limited');
    expect(refused.map(({ status, outcome, cost }) => [status, outcome, cost])).toEqual(
      refused.map(() => [429, 'refused', 0n]),
    );
    expect(refused.length).toBe(340);
  });
});

describe('what a caller is told', () => {
  test('of OpenAI: with every answer where it stands, and with a refusal when to come again', async () => {
    const house = await limited({ requests_per_minute: 2, tokens_per_minute: 10_000, tokens_per_day: 5_000 });
    const first = await house.ask(question);
    expect(Object.fromEntries([...first.headers].filter(([name]) => name.startsWith('x-ratelimit')))).toEqual({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '1m0s',
      'x-ratelimit-limit-tokens': '5000',
      // 15 of them were consumed, as the upstream says.
      'x-ratelimit-remaining-tokens': '4985',
      'x-ratelimit-reset-tokens': '24h0m0s',
    });
    await house.clock.advance(10_000);
    await house.ask(question);
    const refused = await house.ask(question);
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('retry-after-ms')]).toEqual([
      429,
      '50',
      '50000',
    ]);
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(refused.headers.has('x-should-retry')).toBe(false);
    expect(await refused.json()).toEqual({
      error: {
        message: 'The limit of this key is 2 requests in any 60 seconds (requests_per_minute); this call fits in 50 s.',
        type: 'requests',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
    await house.clock.advance(50_000);
    expect((await house.ask(question)).status).toBe(200);
    expect((await house.ask(question)).status).toBe(429);
  });

  test('of Anthropic, in its own words', async () => {
    const house = await limited({ requests_per_minute: 1 });
    const asking: Asking = { path: '/v1/messages', headers: { 'anthropic-version': '2023-06-01' } };
    expect((await house.ask(question, asking)).headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
    const refused = await house.ask(question, asking);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect(refused.headers.get('anthropic-ratelimit-requests-reset')).toBe('2026-11-21T12:01:00Z');
    expect(await refused.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
  });

  test('a failure of the provider says where the caller stands, too', async () => {
    const http = fakeUpstream(() => ({ status: 400, pieces: ['{"error":{"message":"no"}}'] }));
    const house = await limited({ requests_per_minute: 5 }, { http });
    const answer = await house.ask(question);
    expect([answer.status, answer.headers.get('x-ratelimit-remaining-requests')]).toEqual([400, '4']);
  });

  test('who has no such limit is told of none', async () => {
    const house = await limited({ parallel_requests: 5 });
    const names = [...(await house.ask(question)).headers.keys()];
    expect(names.filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});

describe('a slot', () => {
  const endings: Readonly<Record<string, (house: TestHouse) => Promise<void>>> = {
    'a whole answer': async (house) => {
      await (await house.ask(question)).text();
    },
    'a stream read to its end': async (house) => {
      await (await house.ask({ ...question, stream: true })).text();
    },
    'a stream that the caller leaves': async (house) => {
      const reader = (await house.ask({ ...question, stream: true })).body?.getReader();
      await reader?.read();
      await reader?.cancel();
    },
    'a stream that nobody begins to read': async (house) => {
      await (await house.ask({ ...question, stream: true })).body?.cancel();
    },
    'a refusal of the model': async (house) => {
      await house.ask({ ...question, model: 'up/broken' });
    },
    'a stream that breaks off': async (house) => {
      await (await house.ask({ ...question, model: 'up/cut', stream: true })).text();
    },
    'a caller who leaves before the answer': async (house) => {
      const leaving = new AbortController();
      const asked = house.ask({ ...question, model: 'up/silent' }, { signal: leaving.signal });
      await house.clock.advance(5);
      leaving.abort();
      await asked;
    },
    'a deadline that passes': async (house) => {
      const asked = house.ask({ ...question, model: 'up/silent' }, { headers: { 'x-trestle-timeout-ms': '100' } });
      await house.clock.advance(200);
      expect((await asked).status).toBe(504);
    },
    'a key that is revoked meanwhile': async (house) => {
      const answer = await house.ask({ ...question, stream: true });
      const [key] = (await house.store.keys.list({ limit: 10 })).data.filter(({ role }) => role === 'client');
      await house.store.keys.revoke(key?.id ?? '', house.clock.now());
      await answer.text();
      if (key !== undefined) await house.store.keys.update(key);
    },
    'settings that change meanwhile': async (house) => {
      const answer = await house.ask({ ...question, stream: true });
      const made = await house.house.answer(
        new Request('http://127.0.0.1:4141/admin/v1/aliases', {
          method: 'POST',
          headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({ name: `quick-${(await house.store.settings.all()).length}`, target: 'up/m' }),
        }),
      );
      expect(made.status).toBe(201);
      expect((await house.ask(question)).status).toBe(429);
      await answer.text();
    },
  };

  test.each(Object.keys(endings))('is free again after %s', async (name) => {
    const house = await limited({ parallel_requests: 1 }, { http: wayward() });
    for (const _ of [1, 2]) await endings[name]?.(house);
    const held = await house.ask({ ...question, stream: true });
    const refused = await house.ask(question);
    expect([held.status, refused.status, refused.headers.get('retry-after')]).toEqual([200, 429, '1']);
    await held.body?.cancel();
    expect((await house.ask(question)).status).toBe(200);
  });

  test('is never given to more than there are, with two hundred callers at once', async () => {
    let now = 0;
    let most = 0;
    const good = fakeUpstream();
    const http: HttpClient = {
      async send(request) {
        now += 1;
        most = Math.max(most, now);
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        now -= 1;
        return await good.send(request);
      },
    };
    const house = await limited({ parallel_requests: 7 }, { http });
    for (let round = 0; round < 5; round += 1) {
      expect(await statuses(many(200, () => house.ask(question)))).toMatchObject({ 200: 7 });
    }
    expect([most, now]).toEqual([7, 0]);
  });
});

test('near a limit of tokens a call is given less to write, and told so', async () => {
  const upstream = fakeUpstream();
  const house = await limited({ tokens_per_minute: 1000 }, { http: upstream });
  const answer = await house.ask({ ...question, max_tokens: 5000 });
  const bytes = JSON.stringify({ ...question, max_tokens: 5000 }).length;
  expect(upstream.sent.map((request) => askedOf(request)['max_tokens'])).toEqual([1000 - bytes]);
  expect([answer.status, answer.headers.get('x-trestle-max-tokens')]).toEqual([200, String(1000 - bytes)]);
  expect(answer.headers.get('x-ratelimit-remaining-tokens')).toBe('985');
});

test('a limit that only observes serves everybody, and the record says whom it would have refused', async () => {
  const house = await limited({ requests_per_minute: 2 }, { mode: 'observe' });
  const answers = many(5, () => house.ask(question));
  expect(await statuses(answers)).toEqual({ 200: 5 });
  expect(flagsOf(await house.records())).toEqual(['would-refuse:rate_1', 'would-refuse:rate_1', 'would-refuse:rate_1']);
});

test('a limit that is changed while calls run counts what it counted before', async () => {
  const house = await limited({ requests_per_minute: 5 });
  for (const _ of [1, 2, 3]) await house.ask(question);
  await limit(house, [{ id: 'rate_1', limits: { requests_per_minute: 2 }, mode: 'hard', match: {} }]);
  expect((await house.ask(question)).status).toBe(429);
  await limit(house, [{ id: 'rate_1', limits: { requests_per_minute: 4 }, mode: 'hard', match: {} }]);
  expect(await statuses(many(5, () => house.ask(question)))).toEqual({ 200: 1, 429: 4 });
});

test('a new limit counts what was asked before there was it', async () => {
  const house = await limited({}, { store: 'sqlite' });
  for (const _ of [1, 2, 3]) await house.ask({ ...question, user: 'ann' });
  await limit(house, [{ id: 'rate_2', limits: { requests_per_hour: 4 }, mode: 'hard', match: { endUser: '*' } }]);
  expect(await statuses(many(5, () => house.ask({ ...question, user: 'ann' })))).toEqual({ 200: 1, 429: 4 });
  expect(await statuses(many(5, () => house.ask({ ...question, user: 'bob' })))).toEqual({ 200: 4, 429: 1 });
});

test('the walls’ clock may jump as it likes: windows go by the other one', async () => {
  let jump = 0;
  const house = await limited(
    { requests_per_minute: 2 },
    { change: (parts) => ({ ...parts, clock: { ...parts.clock, now: () => parts.clock.now() + jump } }) },
  );
  expect(await statuses(many(3, () => house.ask(question)))).toEqual({ 200: 2, 429: 1 });
  for (const by of [3_600_000, -7_200_000, 86_400_000]) {
    jump = by;
    expect((await house.ask(question)).status).toBe(429);
  }
  await house.clock.advance(60_000);
  expect(await statuses(many(3, () => house.ask(question)))).toEqual({ 200: 2, 429: 1 });
});

test('a limit of a fallback’s model leaves it out, and the caller is refused only if nobody is left', async () => {
  const config = `${upstreamConfig}models: { fast: { targets: [{ model: up/a }], fallback: [up/b] } }\n`;
  const upstream = fakeUpstream();
  const house = await limited({ requests_per_minute: 1 }, { match: { model: '*' }, config, http: upstream });
  const served = async (): Promise<string | null> =>
    (await house.ask({ ...question, model: 'fast' })).headers.get('x-trestle-model');
  expect([await served(), await served(), await served()]).toEqual(['a', 'b', null]);
});

/** Breaks what is asked of some models: each in a way of its own. */
function wayward(): HttpClient {
  const good = fakeUpstream((request) => {
    const text = new TextDecoder().decode(request.body);
    if (text.includes('"broken"')) return { status: 400, pieces: ['{"error":{"message":"no"}}'] };
    if (text.includes('"cut"'))
      return { headers: { 'content-type': 'text/event-stream' }, pieces: goodAnswer(request).pieces.slice(0, 2) };
    return goodAnswer(request);
  });
  return {
    async send(request) {
      if (!new TextDecoder().decode(request.body).includes('"silent"')) return await good.send(request);
      return await new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true });
      });
    },
  };
}
