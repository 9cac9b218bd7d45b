import { afterEach, describe, expect, test } from 'bun:test';
import type { HttpClient } from '../../src/core/ports.ts';
import type { RequestStory } from '../../src/store/store.ts';
import { fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type HonestUpstream, honestUpstream } from './honest-upstream.ts';
import { clientKey, type TestHouse } from './house.ts';
import {
  asking,
  billed,
  charged,
  expectBooksClosed,
  hello,
  inputPrice,
  key,
  outputPrice,
  type Payer,
  payer,
  usd,
  worstCase,
} from './paying.ts';
import { payingHouses } from './paying-houses.ts';

const { scene, closeAll } = payingHouses();
afterEach(closeAll);

const body = asking({ max_tokens: 100 });
const worst = worstCase(body, 100);

async function storyOf({ store }: TestHouse, id: string | null): Promise<RequestStory> {
  const story = await store.ledger.request(id ?? '');
  if (story === undefined) throw new Error('there is no record');
  return story;
}

/** Asks once under a budget that is large, and gives the record. */
async function once(upstream: HonestUpstream, question = body) {
  const { house } = await scene(upstream);
  const someone = await payer(house, { limit_usd: '1' });
  const response = await someone.ask(question);
  await response.text();
  await house.clock.advance(0);
  const [record] = await house.records();
  if (record === undefined) throw new Error('there is no record');
  await expectBooksClosed(house, key(someone.id));
  return { house, someone, response, record };
}

describe('usage that cannot be', () => {
  const produced = BigInt(Math.ceil('Over the bridge.'.length / 4));
  const odd: readonly [name: string, usage: unknown, flags: readonly string[]][] = [
    ['null', null, ['usage-estimated']],
    ['negative', { prompt_tokens: -1, completion_tokens: 4 }, ['usage-invalid', 'usage-estimated']],
    ['a text', 'many', ['usage-invalid', 'usage-estimated']],
    ['beyond belief', { prompt_tokens: 1e15, completion_tokens: 4 }, ['usage-invalid', 'usage-estimated']],
    ['zero', { prompt_tokens: 0, completion_tokens: 0 }, ['usage-estimated']],
    ['empty', {}, ['usage-estimated']],
  ];
  test.each(odd)('%s is charged by what was produced, within the hold', async (_name, usage, flags) => {
    for (const stream of [false, true]) {
      const upstream = honestUpstream(() => ({ usage }));
      const { record } = await once(upstream, stream ? { ...body, stream: true } : body);
      expect({ flags: record.flags, settlement: record.settlement }).toEqual({
        flags: [...flags],
        settlement: 'settled',
      });
      expect(record.cost ?? 0n).toBeGreaterThanOrEqual(produced * outputPrice);
      expect(record.cost ?? 0n).toBeLessThanOrEqual(record.held ?? 0n);
    }
  });

  test('a number beyond what was asked for is charged at the hold, and never believed', async () => {
    const { record, someone } = await once(honestUpstream(() => ({ wants: 1_000_000, heedless: true })));
    expect(record).toMatchObject({
      cost: worst,
      held: worst,
      settlement: 'overrun',
      flags: ['overrun', 'usage-invalid'],
    });
    expect(record.overrun).toBeUndefined();
    expect(someone.standings()).toMatchObject([{ spent: worst, reserved: 0n }]);
  });

  test('more than was allowed, but not absurdly, is an overrun that counts as spent', async () => {
    const upstream = honestUpstream(() => ({ wants: 600, heedless: true }));
    const { record, someone } = await once(upstream);
    const cost = billed(upstream.book);
    expect(record).toMatchObject({ cost: worst, overrun: cost - worst, settlement: 'overrun', flags: ['overrun'] });
    expect(someone.standings()).toMatchObject([{ spent: cost, reserved: 0n }]);
  });

  test('an overrun blocks the next call', async () => {
    const { house } = await scene(honestUpstream(() => ({ wants: 900, heedless: true })));
    const { ask } = await payer(house, { limit_usd: usd(2n * worst) });
    expect((await ask(body)).status).toBe(200);
    expect((await ask(body)).status).toBe(429);
  });

  test('told twice, or in an odd place, counts once', async () => {
    const frame = (more: object): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], ...more })}\n\n`;
    const word = (content: string, more: object = {}): string =>
      frame({ choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more });
    const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
    const streams = [
      [word('Over'), word(' it'), frame({ usage }), frame({ usage })],
      [word('Over', { usage }), word(' it', { usage })],
      [frame({ usage }), word('Over'), word(' it')],
      [word('Over'), word(' it'), `event: usage\n${frame({ usage })}`],
    ];
    for (const pieces of streams) {
      const answers = { headers: { 'content-type': 'text/event-stream' }, pieces: [...pieces, 'data: [DONE]\n\n'] };
      const { record } = await once(
        honestUpstream(() => ({ answers })),
        { ...body, stream: true },
      );
      expect(record).toMatchObject({ cost: 9n * inputPrice + 2n * outputPrice, settlement: 'settled', flags: [] });
    }
  });
});

describe('a caller who leaves', () => {
  /** What the upstream of this stream sends, and what it has produced by then. */
  const whole = goodAnswer({
    ...{ method: 'POST', url: '', headers: {}, signal: new AbortController().signal },
    body: new TextEncoder().encode('{"model":"m","stream":true,"stream_options":{"include_usage":true}}'),
  });
  const bytes = new TextEncoder().encode(whole.pieces.join(''));

  test('after any byte of a stream is charged at least what was billed by then, at most the hold, and nothing stays held', async () => {
    const { house } = await scene(
      fakeUpstream(() => ({ headers: { ...whole.headers }, pieces: [...bytes].map((byte) => new Uint8Array([byte])) })),
    );
    const { id, ask } = await payer(house, { limit_usd: '1' });
    const question = { ...body, stream: true };
    const most = worstCase(question, 100);
    for (let read = 0; read <= bytes.length; read += 1) {
      const caller = new AbortController();
      const response = await ask(question, { signal: caller.signal });
      const reader = response.body?.getReader();
      let seen = 0;
      while (seen < read) {
        const piece = await reader?.read();
        if (piece === undefined || piece.done) break;
        seen += piece.value.length;
      }
      caller.abort();
      await reader?.cancel().catch(() => undefined);
      await house.clock.advance(0);
      const { record } = await storyOf(house, response.headers.get('x-request-id'));
      // The words that had gone out by then, and what it read before.
      const words = [...new TextDecoder().decode(bytes.subarray(0, read)).matchAll(/"content":"[^"]+"\}.*\n\n/g)]
        .length;
      const bill = BigInt(words) * outputPrice + 11n * inputPrice;
      expect(record.cost ?? 0n).toBeGreaterThanOrEqual(bill);
      expect(record.cost ?? 0n).toBeLessThanOrEqual(most);
      if (record.outcome === 'complete') expect(record.cost).toBe(11n * inputPrice + 4n * outputPrice);
    }
    await expectBooksClosed(house, key(id));
  }, 20_000);

  test('before a head came is charged its input and what may have been written meanwhile', async () => {
    const never = new Promise<never>(() => undefined);
    const stalling: HttpClient = {
      send: ({ signal }) =>
        Promise.race([
          never,
          new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        ]),
    };
    const { house } = await scene(stalling);
    const { id, ask } = await payer(house, { limit_usd: '1' });
    const caller = new AbortController();
    const long = asking({ max_tokens: 4_000 });
    const answering = ask(long, { signal: caller.signal });
    await house.clock.advance(3_000);
    caller.abort();
    expect((await answering).status).toBe(499);
    const [record] = await house.records();
    expect(record).toMatchObject({ outcome: 'aborted', basis: 'estimated', settlement: 'settled' });
    expect(record?.usage.tokens.output).toBe(300 + 128);
    await expectBooksClosed(house, key(id));
  });

  test('before anybody was asked is charged nothing', async () => {
    const { house, upstream } = await scene(honestUpstream());
    const { id, ask } = await payer(house, { limit_usd: '1' });
    const gone = new AbortController();
    gone.abort();
    expect((await ask(body, { signal: gone.signal })).status).toBe(499);
    expect(upstream.sent).toBeEmpty();
    expect(await house.records()).toMatchObject([{ outcome: 'aborted', cost: 0n, attempts: 0 }]);
    await expectBooksClosed(house, key(id));
  });
});

describe('another attempt', () => {
  const ill = { answers: { status: 503, pieces: ['{"error":{"message":"Ill."}}'] } };
  const garbled = { answers: { pieces: ['no JSON'], headers: { 'content-type': 'application/json' } } };

  async function answered(upstream: HonestUpstream, limit: bigint, question = body) {
    const { house } = await scene(upstream);
    const someone: Payer = await payer(house, { limit_usd: usd(limit) });
    const answering = someone.ask(question);
    await house.clock.advance(5_000);
    const response = await answering;
    const text = await response.text();
    await house.clock.advance(0);
    const { record, entries } = await storyOf(house, response.headers.get('x-request-id'));
    await expectBooksClosed(house, key(someone.id));
    const settlements = entries.map(({ settlement }) => settlement);
    return { house, response, text, record, entries, settlements, spent: someone.standings()[0]?.spent };
  }

  test('after one that did no work needs no more money than the first, which is voided', async () => {
    const upstream = honestUpstream((number) => (number === 1 ? ill : {}));
    const { response, settlements, entries, spent } = await answered(upstream, worst);
    expect([response.status, settlements]).toEqual([200, ['voided', 'settled']]);
    expect(entries.map(({ held, cost }) => [held, cost === 0n])).toEqual([
      [worst, true],
      [worst, false],
    ]);
    expect(spent).toBe(billed(upstream.book));
  });

  test('after one that may have been billed is made of what that leaves', async () => {
    const upstream = honestUpstream((number) => (number === 1 ? garbled : {}));
    const question = { ...body, model: 'two' };
    const { response, settlements, record, entries } = await answered(
      upstream,
      2n * worstCase(question, 100),
      question,
    );
    expect([response.status, settlements]).toEqual([200, ['settled', 'settled']]);
    const [first, second] = entries;
    expect(first?.cost ?? 0n).toBeGreaterThan(0n);
    expect(record.cost).toBe((first?.cost ?? 0n) + (second?.cost ?? 0n));
  });

  test('that cannot be paid after one that may have been billed is not made: the first failure is told', async () => {
    const upstream = honestUpstream((number) => (number === 1 ? garbled : {}));
    const question = { ...body, model: 'two' };
    const { response, record, settlements, spent } = await answered(upstream, worstCase(question, 16), question);
    expect(response.status).toBe(502);
    expect(record).toMatchObject({ failure: 'provider-garbled', attempts: 1, settlement: 'settled' });
    expect(record.flags).toEqual(['usage-estimated', 'retry-unaffordable']);
    expect(settlements).toEqual(['settled']);
    expect(spent).toBe(record.cost ?? -1n);
    expect(upstream.sent).toHaveLength(1);
  });

  test('goes to a target that costs less when the dear one cannot be paid', async () => {
    const upstream = honestUpstream();
    const question = { ...body, model: 'cheaper' };
    const { response, record } = await answered(upstream, worstCase(question, 100), question);
    expect([response.status, response.headers.get('x-trestle-provider')]).toEqual([200, 'up']);
    expect(record).toMatchObject({ attempts: 1, flags: [], settlement: 'settled' });
  });

  test('after every one that failed leaves each with its entry, and no hold', async () => {
    const upstream = honestUpstream(() => ill);
    const question = { ...body, model: 'two' };
    const { response, settlements, spent } = await answered(upstream, worstCase(question, 100), question);
    expect([response.status, settlements]).toEqual([503, ['voided', 'voided', 'voided', 'voided']]);
    expect(spent).toBe(0n);
  });
});

test('a refusal before anybody is asked frees what was held for it', async () => {
  const { house, upstream } = await scene(honestUpstream());
  const { id, ask } = await payer(house, { limit_usd: '1' });
  const question = { model: 'claude/claude-opus-4-5', messages: hello, logit_bias: { '50256': -100 }, max_tokens: 9 };
  const response = await ask(question, { headers: { 'x-trestle-strict': 'true' } });
  expect([response.status, upstream.sent.length]).toEqual([400, 0]);
  await expectBooksClosed(house, key(id));
});

test('what somebody streams for seconds is noted once a second, so that a crash would charge it', async () => {
  const word = (content: string): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`;
  const pieces = [...Array.from({ length: 45 }, () => word('two words')), 'data: [DONE]\n\n'];
  const http = fakeUpstream(() => ({ headers: { 'content-type': 'text/event-stream' }, pieces }));
  const noted: bigint[] = [];
  const { house } = await scene(http, {
    change: ({ store, ...parts }) => ({
      ...parts,
      store: {
        ...store,
        holds: {
          ...store.holds,
          checkpoint(hold, cost) {
            noted.push(cost);
            store.holds.checkpoint(hold, cost);
          },
        },
      },
    }),
  });
  const response = await house.ask({ ...body, stream: true }, { headers: { authorization: `Bearer ${clientKey}` } });
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read())
    await house.clock.advance(100);
  expect(noted.length).toBeGreaterThanOrEqual(3);
  expect(noted.length).toBeLessThanOrEqual(4);
  expect(noted).toEqual(noted.toSorted((one, other) => (one < other ? -1 : 1)));
  expect(charged(await house.records())).toBeGreaterThanOrEqual(noted.at(-1) ?? 0n);
});
