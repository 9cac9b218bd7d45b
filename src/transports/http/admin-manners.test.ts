import { describe, expect, test } from 'bun:test';
import { type Caller, type FakeAdmin, fakeAdmin, knock } from '../../../test/fakes/admin.ts';
import { procedures } from '../../management/index.ts';

async function ask(
  { app }: FakeAdmin,
  route: string,
  { body, headers = {}, as = 'administrator' }: { body?: unknown; headers?: Record<string, string>; as?: Caller } = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }> {
  const request = body === undefined ? knock(as, route) : knock(as, route, body);
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
  const answer = await app.fetch(request);
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

describe('two administrators', () => {
  test('who change the same thing: the second is told that it is no longer what it was', async () => {
    const admin = await fakeAdmin();
    const path = '/admin/v1/providers/stored';
    const etag = (await ask(admin, `GET ${path}`)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    const headers = { 'if-match': etag };
    const [one, other] = await Promise.all([
      ask(admin, `PATCH ${path}`, { body: { models: ['a'] }, headers }),
      ask(admin, `PATCH ${path}`, { body: { models: ['b'] }, headers }),
    ]);
    expect([one.status, other.status]).toEqual([200, 412]);
    expect(other.body).toMatchObject({ error: { kind: 'precondition-failed', param: 'if-match' } });
    const after = await ask(admin, `GET ${path}`);
    expect(after.body).toMatchObject({ models: ['a'], version: 2 });
    expect(after.headers.get('etag')).toBe(one.headers.get('etag'));
    expect(after.headers.get('etag')).not.toBe(etag);
  });

  test('of fifty who write at once after the same reading exactly one is heard', async () => {
    const admin = await fakeAdmin();
    const path = '/admin/v1/providers/stored';
    const etag = (await ask(admin, `GET ${path}`)).headers.get('etag') ?? '';
    const told = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        ask(admin, `PATCH ${path}`, { body: { models: [`m${n}`] }, headers: { 'if-match': etag } }),
      ),
    );
    expect(told.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 49 }, () => 412)]);
    expect((await ask(admin, `GET ${path}`)).body['version']).toBe(2);
  });

  test('a new credential alone is a change', async () => {
    const admin = await fakeAdmin();
    const path = '/admin/v1/providers/stored';
    const etag = (await ask(admin, `GET ${path}`)).headers.get('etag') ?? '';
    await ask(admin, `PATCH ${path}`, { body: { api_key: 'another-credential' } });
    expect((await ask(admin, `DELETE ${path}`, { headers: { 'if-match': etag } })).status).toBe(412);
  });

  test.each([
    ['a list with the right one in it', (etag: string) => `"x", ${etag}`, 200],
    ['anything that is there', () => '*', 200],
    ['a weak one, which says too little', (etag: string) => `W/${etag}`, 412],
    ['nonsense', () => 'x', 412],
  ])('%s', async (_what, of, status) => {
    const admin = await fakeAdmin();
    const etag = (await ask(admin, 'GET /admin/v1/keys/key_2')).headers.get('etag') ?? '';
    const told = await ask(admin, 'DELETE /admin/v1/keys/key_2', { headers: { 'if-match': of(etag) } });
    expect(told.status).toBe(status);
  });

  test('what is not there is not found, whatever it is to match', async () => {
    const admin = await fakeAdmin();
    expect((await ask(admin, 'DELETE /admin/v1/keys/none', { headers: { 'if-match': '*' } })).status).toBe(404);
  });

  test('whatever can be changed can be read on the same path, so that it has an etag', () => {
    for (const { method, path } of procedures.filter((one) => one.method === 'PATCH' || one.method === 'DELETE'))
      expect(
        procedures.some((one) => one.method === 'GET' && one.path === path),
        `${method} ${path}`,
      ).toBe(true);
  });
});

describe('an idempotency key', () => {
  const route = 'POST /admin/v1/keys';

  test('creates once, and answers the same again, whatever the order of the members', async () => {
    const admin = await fakeAdmin();
    const headers = { 'idempotency-key': 'one' };
    const first = await ask(admin, route, { body: { name: 'web', models: ['fast'] }, headers });
    const again = await ask(admin, route, { body: { models: ['fast'], name: 'web' }, headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect((await ask(admin, 'GET /admin/v1/keys')).body['data']).toHaveLength(6);
  });

  test('that is being answered is refused meanwhile: of fifty at once one is done', async () => {
    const admin = await fakeAdmin();
    const body = { name: 'web' };
    const told = await Promise.all(
      Array.from({ length: 50 }, () => ask(admin, route, { body, headers: { 'idempotency-key': 'one' } })),
    );
    expect(told.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 49 }, () => 409)]);
    const refused = told.find(({ status }) => status === 409);
    expect([refused?.headers.get('retry-after'), refused?.body['error']]).toMatchObject([
      '1',
      { param: 'idempotency-key' },
    ]);
    expect((await ask(admin, 'GET /admin/v1/keys')).body['data']).toHaveLength(6);
  });

  test('holds for every change: a replayed one is answered as before, with its etag, whatever happened since', async () => {
    const admin = await fakeAdmin();
    const path = '/admin/v1/providers/stored';
    const etag = (await ask(admin, `GET ${path}`)).headers.get('etag') ?? '';
    const change = { body: { models: ['a'] }, headers: { 'if-match': etag, 'idempotency-key': 'one' } };
    const first = await ask(admin, `PATCH ${path}`, change);
    await ask(admin, `PATCH ${path}`, { body: { models: ['b'] } });
    const again = await ask(admin, `PATCH ${path}`, change);
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const gone = { headers: { 'idempotency-key': 'two' } };
    const deleted = [await ask(admin, `DELETE ${path}`, gone), await ask(admin, `DELETE ${path}`, gone)];
    expect(deleted.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('for something else is refused, and does nothing', async () => {
    const admin = await fakeAdmin();
    const headers = { 'idempotency-key': 'one' };
    await ask(admin, route, { body: { name: 'web' }, headers });
    for (const [other, body] of [
      [route, { name: 'other' }],
      ['POST /admin/v1/projects', { name: 'web' }],
    ] as const) {
      expect(await ask(admin, other, { body, headers })).toMatchObject({
        status: 409,
        body: { error: { kind: 'resource-conflict', param: 'idempotency-key' } },
      });
    }
  });

  test('of one key says nothing to another, and a refusal is not kept', async () => {
    const admin = await fakeAdmin();
    const headers = { 'idempotency-key': 'one' };
    expect((await ask(admin, route, { body: { name: '' }, headers })).status).toBe(400);
    const own = await ask(admin, route, { body: { name: 'web' }, headers });
    const foreign = await ask(admin, route, { body: { name: 'web' }, headers, as: 'foreigner' });
    expect([own.status, foreign.status]).toEqual([201, 201]);
    expect(foreign.body['id']).not.toBe(own.body['id']);
  });

  test.each(['', 'a b', 'x'.repeat(256)])('%p is none', async (key) => {
    const admin = await fakeAdmin();
    const told = await ask(admin, route, { body: { name: 'web' }, headers: { 'idempotency-key': key } });
    expect([told.status, (told.body['error'] as { param?: string })?.param]).toEqual([400, 'idempotency-key']);
  });
});
