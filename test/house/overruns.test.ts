import { afterEach, expect, test } from 'bun:test';
import { formatUsd } from '../../src/core/money.ts';
import { honestUpstream } from './honest-upstream.ts';
import { adminKey, type TestHouse, testHouse } from './house.ts';
import { asking, billed, payer, payingConfig, worstCase } from './paying.ts';

let house: TestHouse;
afterEach(async () => await house.close());

const body = asking({ max_tokens: 100 });
const worst = worstCase(body, 100);

async function told<T>(path: string, key = adminKey): Promise<T> {
  const answer = await house.ask({}, { path, method: 'GET', headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

test('what a provider took beyond what was held is told wherever cost is, and is part of what was spent', async () => {
  const upstream = honestUpstream(() => ({ wants: 600, heedless: true }));
  house = await testHouse({ config: payingConfig, http: upstream, store: 'sqlite' });
  const someone = await payer(house, { limit_usd: '1' });
  const response = await someone.ask(body);
  await response.text();
  await house.records();
  const id = response.headers.get('x-request-id') ?? '';
  const beyond = { cost_usd: formatUsd(worst), overrun_usd: formatUsd(billed(upstream.book) - worst) };
  expect(await told<object>(`/admin/v1/requests/${id}`)).toMatchObject({ ...beyond, tried: [beyond] });
  expect(await told<object>(`/trestle/v1/requests/${id}`, someone.key)).toMatchObject(beyond);
  expect(await told<object>('/admin/v1/usage')).toMatchObject({ data: [{ ...beyond, adjusted_usd: '0' }] });
  const costs = await told<{ data: { results: { amount: { value: number } }[] }[] }>(
    `/v1/organization/costs?start_time=${Math.floor(house.clock.now() / 86_400_000) * 86_400}`,
  );
  const values = costs.data.flatMap(({ results }) => results.map(({ amount }) => amount.value));
  expect(values).toEqual([Number(formatUsd(billed(upstream.book)))]);
});

test('a record of a call that kept to what was held says nothing of it', async () => {
  house = await testHouse({ config: payingConfig, http: honestUpstream(() => ({})) });
  const someone = await payer(house, { limit_usd: '1' });
  await (await someone.ask(body)).text();
  await house.records();
  const { data } = await told<{ data: object[] }>('/admin/v1/requests');
  expect(data.map((record) => 'overrun_usd' in record)).toEqual([false]);
  expect(await told<object>('/admin/v1/usage')).toMatchObject({ data: [{ overrun_usd: '0' }] });
});
