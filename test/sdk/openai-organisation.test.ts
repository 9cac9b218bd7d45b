import { afterAll, beforeAll, expect, test } from 'bun:test';
import OpenAI from 'openai-7';
import { administer, type Started, startTrestle } from '../started.ts';

/** The official OpenAI SDK, unmodified: its resources for administrators, asked of a Trestle. */
let trestle: Started;
let own: OpenAI;
/** The beginning of the day in which the calls were made. */
let today: number;

beforeAll(async () => {
  trestle = await startTrestle({ config: 'providers: {}' });
  own = clientWith(trestle.adminKey);
  const caller = new OpenAI({ baseURL: `${trestle.url}/v1`, apiKey: trestle.clientKey, maxRetries: 0 });
  const messages = [{ role: 'user', content: 'Hello' } as const];
  for (const user of ['ann', 'ann', 'bob'])
    await caller.chat.completions.create({ model: 'sandbox/echo', messages, user });
  await caller.embeddings.create({ model: 'sandbox/embed', input: 'Hello', dimensions: 2 });
  today = Math.floor(Date.now() / 86_400_000) * 86_400;
});
afterAll(async () => {
  await trestle?.stop();
});

function clientWith(adminAPIKey: string): OpenAI {
  return new OpenAI({ baseURL: `${trestle.url}/openai/v1`, apiKey: 'unused', adminAPIKey, maxRetries: 0 });
}

test('usage of chats and embeddings is that of the ledger', async () => {
  const { usage } = own.admin.organization;
  const [chats, vectors] = await Promise.all([
    usage.completions({ start_time: today }),
    usage.embeddings({ start_time: today, group_by: ['model'] }),
  ]);
  const [chat, embed] = await sums<{ readonly tokens: Readonly<Record<string, number>> }>('?group_by=operation');
  expect(chats.data.at(-1)?.results).toMatchObject([
    {
      object: 'organization.usage.completions.result',
      input_tokens: chat?.tokens['input'],
      output_tokens: chat?.tokens['output'],
      num_model_requests: 3,
      model: null,
    },
  ]);
  expect(vectors.data.at(-1)?.results).toMatchObject([
    { input_tokens: embed?.tokens['input'], num_model_requests: 1, model: 'sandbox/embed', project_id: null },
  ]);
});

test('what is grouped and filtered is kept apart and left out', async () => {
  const { usage } = own.admin.organization;
  const asked = { start_time: today, bucket_width: '1h', group_by: ['user_id', 'model'] } as const;
  const byUser = await usage.completions({ ...asked, group_by: [...asked.group_by] });
  const results = byUser.data.flatMap((bucket) => bucket.results as { user_id: string; num_model_requests: number }[]);
  const calls = (user: string): number =>
    results.filter(({ user_id }) => user_id === user).reduce((sum, { num_model_requests: n }) => sum + n, 0);
  expect([calls('ann'), calls('bob')]).toEqual([2, 1]);
  const ofBob = await usage.completions({ start_time: today, user_ids: ['bob'], models: ['sandbox/echo', 'other'] });
  expect(ofBob.data.flatMap(({ results: found }) => found)).toMatchObject([{ num_model_requests: 1, user_id: null }]);
  const byTier = await usage.completions({ start_time: today, group_by: ['service_tier'] });
  expect(byTier.data.flatMap(({ results: found }) => found)).toMatchObject([
    { service_tier: null, num_model_requests: 3 },
  ]);
  const ofNobody = await usage.completions({ start_time: today, models: ['gpt-5'] });
  expect(ofNobody.data.flatMap(({ results: found }) => found)).toEqual([]);
});

test('costs are those of the ledger, to the last digit', async () => {
  const [all] = await sums<{ readonly cost_usd: string }>('');
  const costs = await own.admin.organization.usage.costs({ start_time: today, group_by: ['line_item'] });
  const found = costs.data.flatMap(({ results }) => results as { line_item: string; amount: { value: number } }[]);
  expect(found.map(({ line_item }) => line_item).toSorted()).toEqual(['sandbox/echo', 'sandbox/embed']);
  expect(found.reduce((sum, { amount }) => sum + amount.value, 0)).toBeCloseTo(Number(all?.cost_usd), 12);
});

test('pages follow each other without a gap, empty days too', async () => {
  const { usage } = own.admin.organization;
  const starts: number[] = [];
  let page: string | undefined;
  let calls = 0;
  do {
    const asked = { start_time: today - 4 * 86_400, end_time: today + 86_400, limit: 2 };
    const answer = await usage.completions(page === undefined ? asked : { ...asked, page });
    starts.push(...answer.data.map(({ start_time }) => start_time));
    for (const { results } of answer.data)
      for (const result of results) calls += 'num_model_requests' in result ? result.num_model_requests : 0;
    page = answer.next_page ?? undefined;
    expect(answer.has_more).toBe(page !== undefined);
  } while (page !== undefined);
  expect(starts).toEqual(Array.from({ length: 5 }, (_, n) => today + (n - 4) * 86_400));
  expect(calls).toBe(3);
});

test('what nobody asked yet has no usage', async () => {
  const { usage } = own.admin.organization;
  const answers = await Promise.all([
    usage.images({ start_time: today }),
    usage.audioSpeeches({ start_time: today }),
    usage.audioTranscriptions({ start_time: today }),
    usage.moderations({ start_time: today }),
  ]);
  expect(answers.flatMap(({ data }) => data.flatMap(({ results }) => results))).toEqual([]);
});

test('strangers and clients see nothing', async () => {
  const asked = { start_time: today };
  await expect(run(() => clientWith('tr-wrong').admin.organization.usage.costs(asked))).rejects.toMatchObject({
    status: 401,
  });
  await expect(run(() => clientWith(trestle.clientKey).admin.organization.usage.costs(asked))).rejects.toMatchObject({
    status: 403,
  });
});

test.each([
  ['usage/completions', 'start_time'],
  ['usage/completions?start_time=x', 'start_time'],
  ['usage/completions?start_time=5&end_time=5', 'end_time'],
  ['usage/completions?start_time=1&bucket_width=1w', 'bucket_width'],
  ['usage/completions?start_time=1&limit=32', 'limit'],
  ['usage/completions?start_time=1&group_by[]=line_item', 'group_by'],
  ['usage/completions?start_time=1&page=page_x', 'page'],
  ['usage/completions?start_time=1&start_time=2', 'start_time'],
  ['usage/completions?start_time=1&modles=a', 'modles'],
  ['usage/completions?start_time=1&batch=maybe', 'batch'],
  ['costs?start_time=1&bucket_width=1h', 'bucket_width'],
])('%s is refused in OpenAI’s own words, naming %s', async (path, param) => {
  const answer = await fetch(`${trestle.url}/v1/organization/${path}`, {
    headers: { authorization: `Bearer ${trestle.adminKey}` },
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { error: { param, type: 'invalid_request_error' } },
  ]);
});

test('other paths and methods are refused', async () => {
  const headers = { authorization: `Bearer ${trestle.adminKey}` };
  const ask = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(`${trestle.url}/v1/organization${path}`, { method, headers })).status;
  expect(await Promise.all([ask('/users'), ask(''), ask('/costs', 'POST')])).toEqual([404, 404, 405]);
});

async function sums<T>(query: string): Promise<readonly T[]> {
  return (await administer<{ readonly data: readonly T[] }>(trestle, `/admin/v1/usage${query}`)).data;
}

async function run<T>(act: () => PromiseLike<T>): Promise<T> {
  return await act();
}
