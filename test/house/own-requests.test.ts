import { afterEach, describe, expect, test } from 'bun:test';
import { type FakeAnswer, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { adminKey, clientKey, type TestHouse, testHouse } from './house.ts';

let house: TestHouse;
afterEach(async () => {
  await house.close();
});

const canary = 'req_of-the-operators-account';
const answers = (answer: FakeAnswer): FakeAnswer => ({
  ...answer,
  headers: { ...answer.headers, 'x-request-id': canary },
});
const question = { model: 'up/m', messages: [{ role: 'user', content: 'Hello' }] };

async function opened(store: 'memory' | 'sqlite' = 'memory', answer = goodAnswer): Promise<void> {
  house = await testHouse({ store, http: fakeUpstream((request) => answers(answer(request))) });
}

async function called(headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const answer = await house.ask(question, { headers });
  await answer.text();
  await house.records();
  return answer.headers.get('x-request-id') ?? '';
}

const look = (id: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  house.ask({}, { method: 'GET', path: `/trestle/v1/requests/${id}`, headers });

async function otherClient(): Promise<string> {
  const answer = await house.ask(
    { name: 'other' },
    { path: '/admin/v1/keys', headers: { authorization: `Bearer ${adminKey}` } },
  );
  return ((await answer.json()) as { key: string }).key;
}

describe('whoever made a call', () => {
  test('sees what it asked, what became of it and what it costs, and nothing of the operator’s', async () => {
    await opened();
    const id = await called({ 'x-trestle-tags': 'a,b', 'x-trestle-user': 'u1', 'x-trestle-metadata': '{"n":1}' });
    const answer = await look(id);
    const told = await answer.json();
    expect(told).toEqual({
      id,
      created_at: expect.any(String),
      dialect: 'openai-chat',
      operation: 'chat',
      stream: false,
      requested_model: 'up/m',
      model: 'm',
      provider: 'up',
      status: 200,
      outcome: 'complete',
      failure: null,
      usage: expect.objectContaining({ tokens: expect.objectContaining({ input: 11, output: 4 }), basis: 'reported' }),
      cost_usd: '0.000019',
      latency_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
      attempts: 1,
      lost: [],
      flags: [],
      tags: ['a', 'b'],
      end_user: 'u1',
      metadata: { n: 1 },
    });
    expect(JSON.stringify(told)).not.toMatch(new RegExp(`${canary}|key_|proj_|upstream|reported_cost`));
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('is not told of what failed between the operator and the provider more than the answer said', async () => {
    await opened('memory', () => ({
      status: 401,
      headers: { 'content-type': 'application/json' },
      pieces: ['{"error":{"message":"Incorrect API key provided: up-cre*****","type":"invalid_request_error"}}'],
    }));
    const told = await (await look(await called())).text();
    expect(told).toContain('"status":502');
    for (const word of [canary, 'up-cre', 'tried', 'upstream']) expect(told).not.toContain(word);
  });

  test('is told of marks that say how sure the cost is, and of none that are the operator’s', async () => {
    await opened();
    const id = await called();
    const [record] = await house.records();
    if (record === undefined) throw new Error('no record');
    const { attempts: attempt, ...told } = record;
    const flags = ['usage-estimated', 'would-refuse:limit_1', 'not yet thought of'];
    await house.store.ledger.append({ ...told, requestId: `${id}x`, attempt, closing: true, flags });
    expect(await (await look(`${id}x`)).json()).toMatchObject({ flags: ['usage-estimated'] });
  });
});

describe.each(['memory', 'sqlite'] as const)('a call of somebody else, in %s', (store) => {
  test('is answered like one that never was', async () => {
    await opened(store);
    const id = await called();
    const other = `Bearer ${await otherClient()}`;
    const said = async (of: string, authorization: string) => {
      const answer = await look(of, { authorization });
      const own = answer.headers.get('x-request-id') ?? '';
      const words = [answer.status, Object.fromEntries(answer.headers), await answer.text()];
      return JSON.stringify(words).replaceAll(own, '').replaceAll(of, '');
    };
    const foreign = await said(id, other);
    expect(foreign).toBe(await said('req_never', other));
    // The administrator's own right is another route's.
    expect(foreign).toBe(await said(id, `Bearer ${adminKey}`));
    expect(JSON.parse(foreign)[0]).toBe(404);
  });
});

test.each([
  ['', 401],
  ['Bearer tr-wrong', 401],
  [`Bearer ${clientKey}x`, 401],
])('a stranger with %p is refused', async (authorization, status) => {
  await opened();
  const id = await called();
  expect((await look(id, { authorization })).status).toBe(status);
});

test.each([
  ['', 400],
  ['%zz', 400],
  ['%2e%2e%2fadmin', 404],
  ["x'%20or%20'1'='1", 404],
  ['x'.repeat(201), 400],
  ['a/b', 404],
])('the id %p is none', async (id, status) => {
  await opened('sqlite');
  await called();
  expect((await look(id)).status).toBe(status);
});
