import { afterEach, describe, expect, test } from 'bun:test';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { honestUpstream } from './honest-upstream.ts';
import {
  asking,
  billed,
  charged,
  expectBooksClosed,
  hello,
  key,
  outputPrice,
  payer,
  payingConfig,
  usd,
  worstCase,
} from './paying.ts';
import { payingHouses } from './paying-houses.ts';

const { scene, closeAll } = payingHouses();
afterEach(closeAll);

describe('a hard budget', () => {
  test.each(['memory', 'sqlite'] as const)(
    'is spent to its end and never passed by two hundred who ask at once (%s)',
    async (store) => {
      const { house, upstream } = await scene(honestUpstream(), { store });
      const { id, ask } = await payer(house, { limit_usd: '0.5' });
      const body = asking({ max_tokens: 100 });
      const statuses: number[] = [];
      const caller = async (): Promise<void> => {
        for (;;) {
          const response = await ask(body);
          await response.text();
          statuses.push(response.status);
          if (response.status !== 200) return;
        }
      };
      await Promise.all(Array.from({ length: 200 }, caller));
      await expectBooksClosed(house, key(id));
      const spent = billed(upstream.book);
      expect(charged(await house.records())).toBe(spent);
      expect(spent).toBeLessThanOrEqual(500_000_000n);
      expect(spent).toBeGreaterThan(475_000_000n);
      expect(statuses.filter((status) => status === 429)).toHaveLength(200);
    },
    20_000,
  );

  test('admits a call whose worst case is just free, as it is, and lowers the limit of one that is a nano-dollar too dear', async () => {
    const body = asking({ max_tokens: 100 });
    const worst = worstCase(body, 100);
    const { house, upstream } = await scene(honestUpstream());
    const rich = await payer(house, { limit_usd: usd(worst) });
    const fits = await rich.ask(body);
    expect([fits.status, fits.headers.get('x-trestle-max-tokens')]).toEqual([200, null]);
    const poor = await payer(house, { limit_usd: usd(worst - 1n) });
    const lowered = await poor.ask(body);
    expect([lowered.status, lowered.headers.get('x-trestle-max-tokens')]).toEqual([200, '99']);
    expect(upstream.book.map(({ limit }) => limit)).toEqual([100, 99]);
    await expectBooksClosed(house, key(poor.id));
  });

  test('refuses once no useful answer fits: sixteen tokens, or what the caller asked for', async () => {
    const body = asking({ max_tokens: 100 });
    const least = worstCase(body, 16);
    const { house, upstream } = await scene(honestUpstream());
    const enough = await payer(house, { limit_usd: usd(least) });
    expect((await enough.ask(body)).headers.get('x-trestle-max-tokens')).toBe('16');
    const less = await payer(house, { limit_usd: usd(least - 1n) });
    expect((await less.ask(body)).status).toBe(429);
    const little = asking({ max_tokens: 3 });
    const few = await payer(house, { limit_usd: usd(worstCase(little, 3)) });
    expect((await few.ask(little)).status).toBe(200);
    expect(upstream.book.map(({ limit }) => limit)).toEqual([16, 3]);
  });

  test('refuses with what the operator says is too little', async () => {
    const body = asking({ max_tokens: 100 });
    const config = `budgets: { min_output_tokens: 50 }\n${payingConfig}`;
    const { house } = await scene(honestUpstream(), { config });
    const enough = await payer(house, { limit_usd: usd(worstCase(body, 50)) });
    expect((await enough.ask(body)).headers.get('x-trestle-max-tokens')).toBe('50');
    const less = await payer(house, { limit_usd: usd(worstCase(body, 49)) });
    expect((await less.ask(body)).status).toBe(429);
  });

  test('says what is spent, where, until when and what to do, in the words of OpenAI', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const { id, ask } = await payer(house, { limit_usd: '0.0000001', period: 'day', timezone: 'Europe/Berlin' });
    const response = await ask(asking({ max_tokens: 5 }));
    const { error } = (await response.json()) as { error: { message: string; type: string; code: string } };
    expect([response.status, response.headers.get('x-should-retry'), error.type, error.code]).toEqual([
      ...[429, 'false', 'insufficient_quota', 'insufficient_quota'],
    ]);
    for (const part of [id, '$0.0000001', 'a day', '$0 ', '2026-11-21T23:00:00', 'raised'])
      expect(error.message).toContain(part);
    expect(upstream.sent).toBeEmpty();
    expect(await house.records()).toMatchObject([
      { outcome: 'refused', failure: 'budget-exhausted', status: 429, cost: 0n, attempts: 0 },
    ]);
  });

  test('says the same in the words of Anthropic, with its status', async () => {
    const { house } = await scene(honestUpstream());
    const { ask } = await payer(house, { limit_usd: '0.0000001' });
    const response = await ask(
      { model: 'claude/claude-opus-4-5', max_tokens: 5, messages: hello },
      { path: '/v1/messages' },
    );
    expect([response.status, (await response.json()) as Json]).toMatchObject([
      402,
      { type: 'error', error: { type: 'billing_error', message: expect.stringContaining('raised') } },
    ]);
  });

  test('of the project or the organisation stands in the way like the key’s own; the tightest of all decides', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const body = asking({ max_tokens: 1_000 });
    const { id, ask } = await payer(house, { limit_usd: '1' });
    const [project] = await house.store.tenants.projects();
    if (project === undefined) throw new Error('there is no project');
    const limit = worstCase(body, 40);
    await house.store.tenants.updateProject({
      ...project,
      budgets: [
        {
          ...{ id: 'bud_p', limit, period: 'total', window: 'calendar', timezone: 'UTC', mode: 'hard', match: {} },
          createdAt: 0,
        },
      ],
    });
    const first = await ask(body);
    expect(first.headers.get('x-trestle-max-tokens')).toBe('40');
    await expectBooksClosed(house, key(id));
    const other = await payer(house);
    expect((await other.ask(asking({ max_tokens: 1_000, n: 2 }))).status).toBe(429);
    expect(upstream.book).toHaveLength(1);
  });

  test('for each end user is kept by two hundred first calls of each at once', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const body = asking({ max_tokens: 50 });
    const limit = 3n * worstCase(body, 50);
    const { id, ask } = await payer(house, { limit_usd: usd(limit), end_user: '*' });
    const users = Array.from({ length: 400 }, (_, index) => `user-${index % 2}`);
    const statuses = await Promise.all(
      users.map(async (user) => {
        const response = await ask(body, { headers: { 'x-trestle-user': user } });
        await response.text();
        return response.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const standings = house.store.holds.standings(key(id));
    expect(standings.map(({ value }) => value)).toEqual(['user-0', 'user-1']);
    for (const { spent } of standings) expect(spent).toBeLessThanOrEqual(limit);
    expect(standings.reduce((sum, { spent }) => sum + spent, 0n)).toBe(billed(upstream.book));
    await expectBooksClosed(house, key(id));
  });
});

describe('many calls at once', () => {
  test('that ask for huge outputs never starve a key that has plenty: each holds a share', async () => {
    const gate = Promise.withResolvers<void>();
    const upstream = honestUpstream(() => ({ wants: 10, after: gate.promise }));
    const { house } = await scene(upstream);
    const { id, ask, standings } = await payer(house, { limit_usd: '1' });
    // Each alone could take all that there is: 100,000 tokens for two micro-dollars are $0.20.
    const body = asking({ model: 'up/short', max_tokens: 100_000 });
    const answers = Array.from({ length: 60 }, () => ask(body));
    await house.clock.advance(0);
    expect(upstream.sent).toHaveLength(60);
    const [standing] = standings();
    expect(standing?.reserved ?? 0n).toBeLessThan(900_000_000n);
    gate.resolve();
    const statuses = await Promise.all(answers.map(async (answer) => (await answer).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await expectBooksClosed(house, key(id));
    const alone = await ask(body);
    expect(alone.headers.get('x-trestle-max-tokens')).toBeNull();
  });
});

describe('a lowered limit', () => {
  const limit = 40;
  const cases: readonly {
    readonly name: string;
    readonly path: string;
    readonly body: JsonObject;
    readonly sent: object;
  }[] = [
    {
      name: 'in OpenAI’s dialect, under both of its names',
      path: '/v1/chat/completions',
      body: asking({ max_tokens: 1_000, max_completion_tokens: 1_000 }),
      sent: { max_tokens: limit, max_completion_tokens: limit },
    },
    {
      name: 'in OpenAI’s dialect, for a caller who set none',
      path: '/v1/chat/completions',
      body: asking({}),
      sent: { max_completion_tokens: limit },
    },
    {
      name: 'in Anthropic’s dialect',
      path: '/v1/messages',
      body: { model: 'claude/claude-opus-4-5', max_tokens: 1_000, messages: hello },
      sent: { max_tokens: limit },
    },
    {
      name: 'from OpenAI’s dialect to Anthropic’s',
      path: '/v1/chat/completions',
      body: asking({ model: 'claude/claude-opus-4-5' }),
      sent: { max_tokens: limit },
    },
    {
      name: 'from Anthropic’s dialect to OpenAI’s',
      path: '/v1/messages',
      body: { model: 'up/m', max_tokens: 1_000, messages: hello },
      sent: { max_completion_tokens: limit },
    },
  ];

  test.each(cases)('is spelled to the target and told to the caller: $name', async ({ path, body, sent }) => {
    for (const stream of [false, true]) {
      const { house, upstream } = await scene(honestUpstream());
      const question = stream ? { ...body, stream: true } : body;
      const { id, ask } = await payer(house, { limit_usd: usd(worstCase(question, limit)) });
      const response = await ask(question, { path });
      await response.text();
      expect([response.status, response.headers.get('x-trestle-max-tokens')]).toEqual([200, '40']);
      const [request] = upstream.sent;
      const { max_tokens, max_completion_tokens } = JSON.parse(new TextDecoder().decode(request?.body));
      const none = { max_tokens: undefined, max_completion_tokens: undefined };
      expect<object>({ max_tokens, max_completion_tokens }).toEqual({ ...none, ...sent });
      await expectBooksClosed(house, key(id));
      expect(charged(await house.records())).toBe(billed(upstream.book));
    }
  });

  test('leaves room for the thoughts that were asked for, or is none', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const thinking = { type: 'enabled', budget_tokens: 1_024 };
    const body = { model: 'claude/claude-opus-4-5', max_tokens: 2_000, thinking, messages: hello };
    const enough = await payer(house, { limit_usd: usd(worstCase(body, 1_025)) });
    const response = await enough.ask(body, { path: '/v1/messages' });
    expect([response.status, response.headers.get('x-trestle-max-tokens')]).toEqual([200, '1025']);
    const less = await payer(house, { limit_usd: usd(worstCase(body, 1_024)) });
    expect((await less.ask(body, { path: '/v1/messages' })).status).toBe(402);
    expect(upstream.book).toHaveLength(1);
  });
});

describe('numbers beyond reason', () => {
  test('a limit of all numbers is lowered to what is left', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const body = asking({ model: 'up/short', max_tokens: Number.MAX_SAFE_INTEGER, n: 128 });
    const { id, ask } = await payer(house, { limit_usd: usd(worstCase(body, 128 * 30)) });
    const response = await ask(body);
    expect([response.status, response.headers.get('x-trestle-max-tokens')]).toEqual([200, '30']);
    expect(upstream.book).toMatchObject([{ limit: 30, output: 128 * 30 }]);
    await expectBooksClosed(house, key(id));
  });

  test('is held for no more than a store can keep where nothing limits it', async () => {
    const { house, upstream } = await scene(honestUpstream(), { store: 'sqlite' });
    const soft = await payer(house, { limit_usd: '1', mode: 'soft' });
    const response = await soft.ask(asking({ model: 'up/short', max_tokens: Number.MAX_SAFE_INTEGER, n: 128 }));
    await response.text();
    expect(response.status).toBe(200);
    expect((await house.records())[0]?.held).toBe(10n ** 18n);
    expect(upstream.book).toHaveLength(1);
    await expectBooksClosed(house, key(soft.id));
  });

  test.each([
    ['max_tokens', 0],
    ['max_tokens', -1],
    ['max_tokens', 1.5],
    ['max_tokens', '100'],
    ['max_tokens', 1e300],
    ['n', 0],
    ['n', 129],
    ['n', '2'],
  ])('%s of %p is refused, and nothing is held', async (name, value) => {
    const { house, upstream } = await scene(honestUpstream());
    const { id, ask } = await payer(house, { limit_usd: '1' });
    expect((await ask(asking({ [name]: value }))).status).toBe(400);
    expect(upstream.sent).toBeEmpty();
    await expectBooksClosed(house, key(id));
  });

  test('alternatives of a model that gives one to a call pay for the input of each', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const body = asking({ model: 'claude/claude-opus-4-5', max_tokens: 50, n: 3 });
    const worst = 3n * worstCase(body, 50);
    const { id, ask } = await payer(house, { limit_usd: usd(worst - 3n * outputPrice) });
    const response = await ask(body);
    await response.text();
    expect([response.status, response.headers.get('x-trestle-max-tokens')]).toEqual([200, '49']);
    expect(upstream.book.map(({ limit }) => limit)).toEqual([49, 49, 49]);
    await expectBooksClosed(house, key(id));
  });
});

describe('a budget that refuses nobody', () => {
  test('that only observes lets everything pass and says what it would have refused', async () => {
    const { house } = await scene(honestUpstream());
    const body = asking({ max_tokens: 100 });
    const { id, ask, standings } = await payer(house, { limit_usd: usd(worstCase(body, 100)), mode: 'observe' });
    for (const _ of [1, 2, 3]) expect((await ask(body)).headers.get('x-trestle-max-tokens')).toBeNull();
    const flag = `would-refuse:${standings()[0]?.budget.id}`;
    expect((await house.records()).map(({ flags }) => flags)).toEqual([[], [flag], [flag]]);
    await expectBooksClosed(house, key(id));
  });

  test('that is soft lets everything pass', async () => {
    const { house } = await scene(honestUpstream());
    const { ask } = await payer(house, { limit_usd: '0', mode: 'soft' });
    expect((await ask(asking({ max_tokens: 100 }))).status).toBe(200);
    expect((await house.records())[0]?.flags).toEqual([]);
  });
});
