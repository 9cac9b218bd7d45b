import { describe, expect, test } from 'bun:test';
import { type Caller, callers, fakeAdmin, knock, samples } from '../../../test/fakes/admin.ts';
import { procedures } from '../../management/index.ts';
import type { Procedure } from '../../management/procedure.ts';

const refused = { nobody: 401, stranger: 401, revoked: 401, expired: 401, client: 403 } as const;
const names = Object.keys(callers).filter((name): name is keyof typeof refused => name in refused);

describe.each(procedures.map((procedure) => ({ name: procedure.name, procedure })))('$name', ({ procedure }) => {
  test('has a sample that an administrator may really send', async () => {
    const { app } = await fakeAdmin();
    expect((await app.fetch(request(procedure, 'administrator'))).status).toBe(procedure.status);
  });

  test.each(names)('is refused to %s, and nothing is written', async (caller) => {
    const { app, written } = await fakeAdmin();
    const before = await written();
    const answer = await app.fetch(request(procedure, caller));
    expect({ status: answer.status, body: await answer.json(), written: await written() }).toEqual({
      status: refused[caller],
      body: {
        error: {
          kind: kinds[caller],
          message: expect.any(String),
          param: null,
          docs: `/openapi.json#/components/x-failures/${kinds[caller]}`,
          request_id: answer.headers.get('x-request-id'),
        },
      },
      written: before,
    });
    expect(answer.headers.get('www-authenticate')).toBe(refused[caller] === 401 ? 'Bearer realm="trestle"' : null);
  });

  test('is refused before its input is looked at', async () => {
    const { app } = await fakeAdmin();
    const url = `http://127.0.0.1${procedure.path.replace('{id}', 'x')}?strange=1`;
    const body = procedure.method === 'GET' ? {} : { body: 'x'.repeat(1_100_000) };
    const ask = async (authorization: string) =>
      (await app.fetch(new Request(url, { method: procedure.method, headers: { authorization }, ...body }))).status;
    expect([await ask(''), await ask(`Bearer ${callers.client}`)]).toEqual([401, 403]);
  });
});

const kinds = {
  nobody: 'credential-missing',
  stranger: 'credential-invalid',
  revoked: 'credential-invalid',
  expired: 'credential-invalid',
  client: 'permission-denied',
} as const;

test('whoever holds no valid key learns nothing of which keys exist', async () => {
  const { app } = await fakeAdmin();
  const bodies = ['stranger', 'revoked', 'expired'] as const;
  const seen = await Promise.all(
    bodies.map(async (caller) => {
      const answer = await app.fetch(knock(caller, 'GET /admin/v1/keys'));
      const id = answer.headers.get('x-request-id') ?? '';
      const headers = Object.fromEntries(answer.headers);
      return JSON.stringify([answer.status, headers, await answer.text()]).replaceAll(id, '');
    }),
  );
  expect(new Set(seen).size).toBe(1);
});

test.each(['', 'Bearer', 'Bearer ', 'Basic tr-administrator-0123456789', 'tr-administrator-0123456789', 'Bearer a b'])(
  'the authorization %p is none',
  async (authorization) => {
    const { app } = await fakeAdmin();
    const answer = await app.fetch(new Request('http://127.0.0.1/admin/v1/keys', { headers: { authorization } }));
    expect(answer.status).toBe(401);
  },
);

test('a key in the query or in another header opens nothing', async () => {
  const { app } = await fakeAdmin();
  const secret = callers.administrator;
  const headers = { 'x-api-key': secret, 'api-key': secret, cookie: `key=${secret}` };
  const answer = await app.fetch(new Request(`http://127.0.0.1/admin/v1/keys?key=${secret}`, { headers }));
  expect(answer.status).toBe(401);
});

test('a key that is revoked over the API opens nothing from that answer on', async () => {
  const { app, ids } = await fakeAdmin();
  expect((await app.fetch(knock('administrator', `DELETE /admin/v1/keys/${ids['administrator']}`))).status).toBe(200);
  expect((await app.fetch(knock('administrator', 'GET /admin/v1/keys'))).status).toBe(401);
});

function request(procedure: Procedure, caller: Caller): Request {
  const { id, ...input } = samples[procedure.name] ?? {};
  const path = procedure.path.replace('{id}', String(id));
  return procedure.method === 'POST'
    ? knock(caller, `${procedure.method} ${path}`, input)
    : knock(caller, `${procedure.method} ${path}`);
}
