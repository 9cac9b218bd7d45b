import { afterEach, expect, test } from 'bun:test';
import { fakeUpstream, goodUsage, goodWords } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';

const question = { model: 'up/m', messages: [{ role: 'user', content: 'Hello' }] };
const open: TestHouse[] = [];
const opened = async (options: Parameters<typeof testHouse>[0]): Promise<TestHouse> => {
  const house = await testHouse(options);
  open.push(house);
  return house;
};
afterEach(async () => {
  for (const house of open.splice(0)) await house.close();
});

test('the books say the same whether they are kept on paper or in SQLite', async () => {
  const told = async (store: 'memory' | 'sqlite') => {
    const house = await opened({ store, http: fakeUpstream() });
    const texts: string[] = [];
    for (const body of [question, { ...question, stream: true }, { ...question, model: 'up' }, { ...question, n: 0 }]) {
      texts.push(
        await (await house.ask(body, { headers: { 'x-trestle-tags': 'a, b', 'x-trestle-user': 'ü' } })).text(),
      );
      await house.clock.advance(10);
    }
    return { texts, records: await house.records() };
  };
  const paper = await told('memory');
  expect(await told('sqlite')).toEqual(paper);
  expect(paper.records.map(({ outcome, status, cost }) => ({ outcome, status, cost }))).toEqual([
    { outcome: 'complete', status: 200, cost: 19_000n },
    { outcome: 'complete', status: 200, cost: 19_000n },
    { outcome: 'refused', status: 404, cost: 0n },
    { outcome: 'refused', status: 400, cost: 0n },
  ]);
});

test('an answer has its words, its cost and its record', async () => {
  const house = await opened({});
  const response = await house.ask(question);
  expect(await response.json()).toMatchObject({
    choices: [{ message: { content: goodWords.join('') } }],
    usage: goodUsage,
  });
  const id = response.headers.get('x-request-id') ?? '';
  expect(response.headers.get('x-trestle-cost-usd')).toBe('0.000019');
  expect(await house.records()).toMatchObject([
    { requestId: id, outcome: 'complete', usage: { tokens: { input: 11, output: 4 } }, basis: 'reported' },
  ]);
  expect(house.clock.pending()).toBe(0);
});

test('a house that drains takes no new call and says so', async () => {
  const house = await opened({});
  house.house.drain();
  const response = await house.ask(question);
  expect({ status: response.status, wait: response.headers.get('retry-after') }).toEqual({ status: 503, wait: '1' });
  expect(await response.json()).toMatchObject({ error: { type: 'server_error', code: 'gateway_draining' } });
  expect((await house.ask({}, { method: 'GET', path: '/readyz' })).status).toBe(503);
  expect((await house.ask({}, { method: 'GET', path: '/healthz' })).status).toBe(200);
});
