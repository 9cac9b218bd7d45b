import { describe, expect, test } from 'bun:test';
import { callers, fakeAdmin, knock, sampleRequest } from '../../../test/fakes/admin.ts';
import { procedures } from '../../management/index.ts';

const refused = { nobody: 401, stranger: 401, revoked: 401, expired: 401, client: 403 } as const;
const names = Object.keys(callers).filter((name): name is keyof typeof refused => name in refused);

describe.each(procedures.map((procedure) => ({ name: procedure.name, procedure })))('$name', ({ procedure }) => {
  test('has a sample that an administrator may really send', async () => {
    const { app } = await fakeAdmin();
    expect((await app.fetch(sampleRequest(procedure, 'administrator'))).status).toBe(procedure.status);
  });

  test.each(names)('is refused to %s, and nothing is written', async (caller) => {
    const { app, written } = await fakeAdmin();
    const before = await written();
    const answer = await app.fetch(sampleRequest(procedure, caller));
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
    const url = `http://127.0.0.1${procedure.path.replace(/\{\w+\}/, 'x')}?strange=1`;
    const body = procedure.method === 'GET' ? {} : { body: 'x'.repeat(1_100_000) };
    const ask = async (authorization: string) =>
      (await app.fetch(new Request(url, { method: procedure.method, headers: { authorization }, ...body }))).status;
    expect([await ask(''), await ask(`Bearer ${callers.client}`)]).toEqual([401, 403]);
  });
});

describe('an administrator of another organisation', () => {
  test.each(
    procedures.filter(({ scope }) => scope === 'house').map((procedure) => ({ name: procedure.name, procedure })),
  )('is refused $name, which concerns everybody, and nothing is written', async ({ procedure }) => {
    const { app, written } = await fakeAdmin();
    const before = await written();
    const answer = await app.fetch(sampleRequest(procedure, 'foreigner'));
    expect({ status: answer.status, written: await written() }).toEqual({ status: 403, written: before });
  });

  const others = procedures.filter(({ scope }) => scope === undefined);
  test.each(others.filter(({ path }) => path.includes('{')).map((procedure) => ({ name: procedure.name, procedure })))(
    'does not find what is not its own with $name',
    async ({ procedure }) => {
      const { app, written } = await fakeAdmin();
      const before = await written();
      const answer = await app.fetch(sampleRequest(procedure, 'foreigner'));
      expect({ status: answer.status, written: await written() }).toEqual({ status: 404, written: before });
    },
  );

  test.each(
    others
      .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
      .map((procedure) => ({ name: procedure.name, procedure })),
  )('sees nothing of this one with $name', async ({ procedure }) => {
    const { app, ids } = await fakeAdmin();
    const text = await (await app.fetch(sampleRequest(procedure, 'foreigner'))).text();
    const secrets = ['proj_default', 'org_1"', 'req_1', 'stored', ids['administrator'], ids['client']];
    for (const word of secrets) expect(text).not.toContain(String(word));
  });

  test('makes keys in its own projects alone', async () => {
    const { app } = await fakeAdmin();
    const create = async (body: object) => (await app.fetch(knock('foreigner', 'POST /admin/v1/keys', body))).json();
    expect(await create({ name: 'a' })).toMatchObject({ project_id: 'proj_foreign' });
    expect(await create({ name: 'a', project_id: 'proj_default' })).toMatchObject({
      error: { kind: 'resource-unknown', param: 'project_id' },
    });
  });
});

test('whatever changes something leaves a record of who did it', async () => {
  for (const procedure of procedures.filter(({ method, changes }) => method !== 'GET' && changes === undefined)) {
    const { app, context, ids } = await fakeAdmin();
    const before = (await context.store.audit.list({ limit: 1000 })).data.length;
    const answer = await app.fetch(sampleRequest(procedure, 'administrator'));
    expect([procedure.name, answer.status]).toEqual([procedure.name, procedure.status]);
    const { data } = await context.store.audit.list({ limit: 1000 });
    expect({ name: procedure.name, records: data.slice(0, data.length - before) }).toEqual({
      name: procedure.name,
      records: [
        expect.objectContaining({ procedure: procedure.name, actor: ids['administrator'], organisationId: 'org_1' }),
      ],
    });
  }
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
  expect(
    (await app.fetch(knock('administrator', `DELETE /admin/v1/keys/${ids['administrator']}?force=true`))).status,
  ).toBe(200);
  expect((await app.fetch(knock('administrator', 'GET /admin/v1/keys'))).status).toBe(401);
});
