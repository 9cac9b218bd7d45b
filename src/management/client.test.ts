import { expect, test } from 'bun:test';
import { callers, fakeAdmin } from '../../test/fakes/admin.ts';
import { etag, managementClient, Refused } from './client.ts';
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
  expect(page.data).toMatchObject([{ model: 'gpt-5-mini', key_id: 'key_1', requests: 1 }]);
});

test('what stands in a path is written so that it stays there', async () => {
  const own = await client();
  await own['aliases.create']({ name: 'team/fast#y%&z=1', target: 'filed/m' });
  expect((await own['aliases.get']({ name: 'team/fast#y%&z=1' })).models).toEqual(['filed/m']);
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
