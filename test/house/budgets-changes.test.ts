import { afterEach, describe, expect, test } from 'bun:test';
import { Failure } from '../../src/core/failure.ts';
import type { Json } from '../../src/core/json.ts';
import type { Hold, Store } from '../../src/store/store.ts';
import { honestUpstream } from './honest-upstream.ts';
import type { TestHouseOptions } from './house.ts';
import {
  administer,
  asking,
  billed,
  charged,
  expectBooksClosed,
  hello,
  key,
  payer,
  payingConfig,
  usd,
  worstCase,
} from './paying.ts';
import { payingHouses } from './paying-houses.ts';

const { scene, closeAll } = payingHouses();
afterEach(closeAll);
const body = asking({ max_tokens: 100 });
const worst = worstCase(body, 100);

/** A provider that answers when it is told to. */
function gated() {
  const gate = Promise.withResolvers<void>();
  return { upstream: honestUpstream(() => ({ after: gate.promise })), open: () => gate.resolve() };
}

describe('while a call is under way', () => {
  test('its budget can be lowered below what is held: nothing is cut, nothing new is begun', async () => {
    const { upstream, open } = gated();
    const { house } = await scene(upstream);
    const { id, ask, standings } = await payer(house, { limit_usd: usd(10n * worst) });
    const answering = ask(body);
    await house.clock.advance(0);
    const given = { limit_usd: usd(worst / 2n), period: 'total' };
    await administer(house, `PATCH /admin/v1/keys/${id}`, { budgets: [given] });
    expect((await ask(body)).status).toBe(429);
    expect(standings()).toMatchObject([{ reserved: worst, budget: { limit: worst / 2n } }]);
    open();
    expect((await answering).status).toBe(200);
    expect(upstream.book).toHaveLength(1);
    await house.records();
    expect(standings()).toMatchObject([{ reserved: 0n, spent: billed(upstream.book) }]);
    expect((await ask(body)).status).toBe(429);
  });

  test('its key can be deleted: it is settled where it was held, and the key opens nothing more', async () => {
    const { upstream, open } = gated();
    const { house } = await scene(upstream);
    const { id, ask } = await payer(house, { limit_usd: '1' });
    const answering = ask(body);
    await house.clock.advance(0);
    await administer(house, `DELETE /admin/v1/keys/${id}`, {});
    open();
    expect((await answering).status).toBe(200);
    expect((await ask(body)).status).toBe(401);
    const records = await house.records();
    expect(charged(records)).toBe(billed(upstream.book));
    expect(house.store.holds.standings(key(id))).toMatchObject([{ reserved: 0n, spent: billed(upstream.book) }]);
    await expectBooksClosed(house, key(id));
  });

  test('the month may end: it counts in the one in which it was held', async () => {
    const { upstream, open } = gated();
    const { house } = await scene(upstream);
    const { id, ask, standings } = await payer(house, { limit_usd: usd(worst), period: 'month' });
    await house.clock.advance(Date.UTC(2026, 11, 1) - house.clock.now() - 1_000);
    const answering = ask(body);
    await house.clock.advance(0);
    expect(standings()).toMatchObject([{ reserved: worst, spent: 0n }]);
    await house.clock.advance(2_000);
    expect(standings()).toMatchObject([{ reserved: 0n, spent: 0n, windowStart: Date.UTC(2026, 11, 1) }]);
    open();
    expect((await answering).status).toBe(200);
    expect(standings()).toMatchObject([{ reserved: 0n, spent: 0n }]);
    // All of the new month's money is there.
    const next = await ask(body);
    expect([next.status, next.headers.get('x-trestle-max-tokens')]).toEqual([200, null]);
    await expectBooksClosed(house, key(id));
    const [first] = await house.records();
    expect(first?.heldAt).toBeLessThan(Date.UTC(2026, 11, 1));
  });
});

describe('a price that nobody knows', () => {
  const unknown = { ...body, model: 'unknown/m' };

  test('is refused under a hard budget, with the remedy, and nobody is asked', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const { id, ask } = await payer(house, { limit_usd: '100' });
    const response = await ask(unknown);
    const { error } = (await response.json()) as { error: { message: string; code: string; param: string } };
    expect([response.status, error.code, error.param]).toEqual([403, 'price_unknown', 'model']);
    for (const part of ['unknown/m', 'trestle prices set', 'unknown_price']) expect(error.message).toContain(part);
    expect(upstream.sent).toBeEmpty();
    expect(await house.records()).toMatchObject([{ outcome: 'refused', failure: 'price-unknown', cost: 0n }]);
    await expectBooksClosed(house, key(id));
  });

  test('is loud without one: the call goes on, its cost is open, and an observing budget says what it would have done', async () => {
    const { house } = await scene(honestUpstream());
    const { ask, standings } = await payer(house, { limit_usd: '1', mode: 'observe' });
    expect((await ask(unknown)).status).toBe(200);
    const [record] = await house.records();
    expect(record?.flags).toEqual(['price-unknown', `would-refuse:${standings()[0]?.budget.id}`]);
    expect(record?.cost).toBeUndefined();
  });

  test('is held and charged at the operator’s ceiling where there is one', async () => {
    const config = `unknown_price: { input: 1, output: 2 }\n${payingConfig}`;
    const { house, upstream } = await scene(honestUpstream(), { config });
    const { id, ask, standings } = await payer(house, { limit_usd: usd(worstCase(unknown, 50)) });
    const response = await ask(unknown);
    expect([response.status, response.headers.get('x-trestle-max-tokens')]).toEqual([200, '50']);
    expect(await house.records()).toMatchObject([{ flags: ['price-ceiling'], cost: billed(upstream.book) }]);
    expect(standings()).toMatchObject([{ spent: billed(upstream.book) }]);
    await expectBooksClosed(house, key(id));
  });

  test('is no matter where the next target of an alias has one', async () => {
    const config = payingConfig.replace(
      '  cheaper:',
      '  priced: { targets: [{ model: unknown/m }], fallback: [up/m] }\n  cheaper:',
    );
    const { house } = await scene(honestUpstream(), { config });
    const { ask } = await payer(house, { limit_usd: '1' });
    const response = await ask({ ...body, model: 'priced' });
    expect([response.status, response.headers.get('x-trestle-provider')]).toEqual([200, 'up']);
  });
});

describe('input that nobody can measure', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
  const file = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } };
  const showing = (part: object, model: string) =>
    ({ model, max_tokens: 100, messages: [{ role: 'user', content: [part] }] }) as Json;

  test.each([
    ['a URL', image],
    ['a file', file],
  ])('is held at the price of all of the context: %s', async (_name, part) => {
    const { house } = await scene(honestUpstream());
    const { id, ask, standings } = await payer(house, { limit_usd: '1' });
    expect((await ask(showing(part, 'up/m'))).status).toBe(200);
    const [record] = await house.records();
    expect(record?.held).toBe(200_000n * 1_000n + 100n * 2_000n);
    expect(standings()).toMatchObject([{ reserved: 0n }]);
    await expectBooksClosed(house, key(id));
  });

  test('is refused under a hard budget where the context is not known, naming it, and goes on without one', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const { ask } = await payer(house, { limit_usd: '1000' });
    const response = await ask(showing(image, 'up/short'));
    const { error } = (await response.json()) as { error: { message: string; code: string; param: string } };
    expect([response.status, error.code]).toEqual([400, 'input_unmeasured']);
    expect(error.param).toBe('messages[0].content[0].image_url');
    for (const part of ['up/short', 'context_window', 'hard budget']) expect(error.message).toContain(part);
    expect(upstream.sent).toBeEmpty();
    const free = await payer(house);
    expect((await free.ask(showing(image, 'up/short'))).status).toBe(200);
  });

  test('is none where a medium’s bytes are in the request: an image is bounded by what it can show', async () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo='.repeat(4_000) };
    const request: Json = {
      ...{ model: 'claude/claude-opus-4-5', max_tokens: 10 },
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    };
    const { house } = await scene(honestUpstream(() => ({ reads: 1_650 })));
    const { id, ask } = await payer(house, { limit_usd: '0.01' });
    const response = await ask(request, { path: '/v1/messages' });
    await response.text();
    expect(response.status).toBe(200);
    const [record] = await house.records();
    const around = JSON.stringify(request).length - source.data.length - 2;
    expect(record?.held).toBe(BigInt(around + 256 + 1_700) * 1_000n + 10n * 2_000n);
    await expectBooksClosed(house, key(id));
  });
});

describe('when storage fails', () => {
  const broken = (): Failure => new Failure('gateway-storage-failed', 'The disk is full.');
  const changed = (change: (store: Store) => Partial<Store>): TestHouseOptions => ({
    change: (parts) => ({ ...parts, store: { ...parts.store, ...change(parts.store) } }),
  });

  test('as money is to be held, nobody is asked, and nothing stays held', async () => {
    const options = changed(({ holds, ledger }) => {
      const own = new WeakMap<Hold, Hold>();
      return {
        ledger: { ...ledger, append: (entry, hold) => ledger.append(entry, hold && own.get(hold)) },
        holds: {
          ...holds,
          place(wanted) {
            const hold = holds.place(wanted);
            const lost = Promise.reject(broken());
            lost.catch(() => undefined);
            const told: Hold = { ...hold, durable: lost, promptly: Promise.resolve(false) };
            own.set(told, hold);
            return told;
          },
          release: (hold) => holds.release(own.get(hold) ?? hold),
        },
      };
    });
    const { house, upstream } = await scene(honestUpstream(), options);
    const { id, ask } = await payer(house, { limit_usd: '1' });
    const response = await ask(body);
    expect([response.status, upstream.sent.length]).toEqual([503, 0]);
    expect(await house.records()).toMatchObject([{ outcome: 'refused', failure: 'gateway-storage-failed', cost: 0n }]);
    await expectBooksClosed(house, key(id));
  });

  test('as an answer is to be charged, it is not acknowledged, and what is held stays held', async () => {
    const options = changed(({ ledger }) => ({ ledger: { ...ledger, append: () => Promise.reject(broken()) } }));
    for (const stream of [false, true]) {
      const { house, upstream } = await scene(honestUpstream(), options);
      const { ask, standings } = await payer(house, { limit_usd: '1' });
      const response = await ask({ ...body, stream });
      const text = await response.text();
      expect([stream ? 503 : response.status, upstream.book.length]).toEqual([503, 1]);
      expect(text).toContain('gateway_storage_failed');
      expect(text).not.toContain('[DONE]');
      expect(standings()).toMatchObject([{ spent: 0n, reserved: expect.any(BigInt) }]);
      expect(standings()[0]?.reserved).toBeGreaterThan(0n);
    }
  });
});

test('a clock that is set back or forth gives nobody more than there is', async () => {
  const { house, upstream } = await scene(honestUpstream());
  const { id, ask } = await payer(house, { limit_usd: usd(2n * worst), period: 'day' });
  const statuses: number[] = [];
  for (const jump of [0, -7_200_000, 3_600_000, -86_400_000]) {
    const { now } = house.clock;
    const at = now() + jump;
    Object.assign(house.clock, { now: () => at });
    const response = await ask(body);
    await response.text();
    statuses.push(response.status);
    await house.clock.advance(0);
  }
  expect(billed(upstream.book)).toBeLessThanOrEqual(2n * worst);
  await expectBooksClosed(house, key(id));
});

test('what is explained to cost at most is what is held', async () => {
  const { house } = await scene(honestUpstream());
  const { ask } = await payer(house);
  const questions: readonly [string, Json][] = [
    ['/v1/chat/completions', body],
    ['/v1/chat/completions', asking({})],
    ['/v1/chat/completions', asking({ model: 'claude/claude-opus-4-5', n: 3, max_tokens: 10 })],
    ['/v1/messages', { model: 'up/m', max_tokens: 30, messages: hello }],
  ];
  for (const [path, request] of questions) {
    const dialect = path === '/v1/messages' ? 'anthropic-messages' : 'openai-chat';
    const explained = await ask({ dialect, request }, { path: '/trestle/v1/explain' });
    const { targets } = (await explained.json()) as { targets: readonly { price_bound_usd: string }[] };
    const response = await ask(request, { path });
    await response.text();
    expect(response.status).toBe(200);
    const record = (await house.records()).at(-1);
    expect(Number(targets[0]?.price_bound_usd)).toBeCloseTo(Number(record?.held) / 1e9, 12);
  }
});
