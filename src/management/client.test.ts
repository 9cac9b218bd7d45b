import { expect, test } from 'bun:test';
import { callers, fakeAdmin } from '../../test/fakes/admin.ts';
import { etag, everyItem, managementClient, Refused } from './client.ts';
import { procedures } from './index.ts';

async function client() {
  const { app } = await fakeAdmin();
  const options = { url: 'http://127.0.0.1:4142', key: callers.administrator };
  return managementClient(procedures, { ...options, fetch: (request) => app.fetch(request) });
}

test('every procedure is there by its name, with its own input and answer', async () => {
  const own = await client();
  expect(Object.keys(own)).toEqual(procedures.map(({ name }) => name));
  const made = await own['keys.create']({ name: 'web', models: ['fast'] });
  const secret: string = made.key;
  expect(secret).toStartWith('tr-');
  const page = await own['usage.list']({ group_by: ['model', 'key'], bucket: 'day' });
  expect(page.data).toMatchObject([{ model: 'gpt-5-mini', key_id: 'key_1', requests: 2 }]);
});

test('every item of a list comes, page after page', async () => {
  const own = await client();
  const { data } = await own['keys.list']({ limit: 1000 });
  const names: string[] = [];
  for await (const key of everyItem(own['keys.list'], { limit: 2 })) names.push(key.name);
  expect(names).toEqual(data.map(({ name }) => name));
  expect(names.length).toBeGreaterThan(4);
  const users: (string | null | undefined)[] = [];
  for await (const row of everyItem(own['usage.list'], { group_by: ['user'] })) users.push(row.user);
  expect(users).toEqual([null]);
});

test('what stands in a path is written so that it stays there', async () => {
  const own = await client();
  await own['aliases.create']({ name: 'team/fast#y%&z=1', target: 'filed/m' });
  expect((await own['aliases.get']({ name: 'team/fast#y%&z=1' })).models).toEqual(['filed/m']);
  for (const id of ['filed/org/m', 'filed/a#b%2Fc&d', 'filed/..', 'filed/é %25']) {
    expect(await own['models.set']({ id, tools: true })).toMatchObject({ id, override: { tools: true } });
    expect((await own['models.delete']({ id })).id).toBe(id);
  }
});

test('an etag is handed on, and a refusal is thrown in the words of the server', async () => {
  const own = await client();
  const read = await own['aliases.get']({ name: 'swift' });
  const tag = read[etag] ?? '';
  await own['aliases.update']({ name: 'swift', pin: 'filed/n' }, { ifMatch: tag });
  const refused = await own['aliases.delete']({ name: 'swift' }, { ifMatch: tag }).catch((thrown) => thrown);
  expect(refused).toBeInstanceOf(Refused);
  expect(refused).toMatchObject({ status: 412, kind: 'precondition-failed', param: 'if-match' });
});

test('what is no answer of ours is a refusal too', async () => {
  const options = { url: 'http://127.0.0.1:1', key: 'k' };
  const odd = managementClient(procedures, {
    ...options,
    fetch: () => Promise.resolve(new Response('<html>', { status: 502 })),
  });
  expect(await odd['keys.list']({}).catch((thrown) => thrown)).toMatchObject({ status: 502, kind: undefined });
});
