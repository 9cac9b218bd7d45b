import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { callers, fakeAdmin, knock } from '../../../test/fakes/admin.ts';
import { Failure } from '../../core/failure.ts';
import { procedure } from '../../management/procedure.ts';

test('an answer carries its id and forbids to be kept or sniffed', async () => {
  const { app } = await fakeAdmin();
  const answer = await app.fetch(knock('administrator', 'POST /admin/v1/keys', { name: 'web' }));
  expect({ status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() }).toEqual({
    status: 201,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-request-id': 'req_5',
    },
    body: expect.objectContaining({ id: 'key_7', key: 'tr-secret-number-6', name: 'web' }),
  });
});

test('a query is read as the schema means it: lists with commas or repeated, whole numbers as numbers', async () => {
  const { app } = await fakeAdmin();
  const ask = async (query: string) => (await app.fetch(knock('administrator', `GET /admin/v1/${query}`))).json();
  expect(await ask('keys?limit=2')).toMatchObject({ data: [{ name: 'expired' }, { name: 'revoked' }], has_more: true });
  const grouped = { model: 'gpt-5-mini', key_id: 'key_1', requests: 2 };
  expect(await ask('usage?group_by=model,key&bucket=day')).toMatchObject({ data: [grouped] });
  expect(await ask('usage?group_by=model&group_by=key')).toMatchObject({ data: [grouped] });
  expect(await ask('usage?group_by=')).toMatchObject({ data: [{ requests: 2 }] });
});

describe('refusals name the field', () => {
  test.each([
    { path: '/admin/v1/keys?limit=0', param: 'limit', message: 'limit is 0; it must be at least 1.' },
    { path: '/admin/v1/keys?limit=1e2', param: 'limit', message: 'limit is "1e2"; it must be a whole number.' },
    { path: '/admin/v1/keys?limit=', param: 'limit', message: 'limit is ""; it must be a whole number.' },
    {
      path: '/admin/v1/keys?limit=1&limit=2',
      param: 'limit',
      message: 'limit stands in the query 2 times; give it once.',
    },
    { path: '/admin/v1/keys?limt=1', param: 'limt', message: 'keys.list has no field "limt"; did you mean limit?' },
    {
      path: '/admin/v1/keys/x?id=y',
      param: 'id',
      message: 'id of keys.get stands in the path; leave it out elsewhere.',
    },
    { path: '/admin/v1/usage?group_by=modle', param: 'group_by[0]' },
    { path: '/admin/v1/usage?from=yesterday', param: 'from' },
    { path: '/admin/v1/keys?after=nowhere', param: 'after' },
    { path: '/admin/v1/keys?__proto__=1', param: '__proto__' },
  ])('GET $path', async ({ path, param, message }) => {
    const { app } = await fakeAdmin();
    const answer = await app.fetch(knock('administrator', `GET ${path}`));
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 400,
      body: {
        error: {
          kind: 'request-invalid',
          message: message ?? expect.any(String),
          param,
          docs: '/openapi.json#/components/x-failures/request-invalid',
          request_id: 'req_5',
        },
      },
    });
  });
});

describe('a body must be a JSON object in UTF-8, not too large', () => {
  const json = 'application/json';
  test.each([
    { what: 'no content type', body: '{"name":"x"}', type: '', status: 415 },
    { what: 'a form', body: 'name=x', type: 'application/x-www-form-urlencoded', status: 415 },
    { what: 'text', body: '{"name":"x"}', type: 'text/plain', status: 415 },
    { what: 'almost JSON', body: '{"name":"x"}', type: 'application/jsonp', status: 415 },
    { what: 'nothing', body: '', type: json, status: 400 },
    { what: 'half of it', body: '{"name":"x"', type: json, status: 400 },
    { what: 'a list', body: '[]', type: json, status: 400 },
    { what: 'null', body: 'null', type: json, status: 400 },
    { what: 'a depth bomb', body: '['.repeat(900_000), type: json, status: 400 },
    { what: 'a deep value', body: `{"name":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, type: json, status: 400 },
    { what: 'a field that stands there twice', body: '{"name":"x","n\\u0061me":"y"}', type: json, status: 400 },
    { what: 'too much', body: `{"name":"${'x'.repeat(1_000_000)}"}`, type: json, status: 413 },
    { what: 'no UTF-8', body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), type: json, status: 400 },
  ])('$what is refused with $status', async ({ body, type, status }) => {
    const { app, written } = await fakeAdmin();
    const before = await written();
    const headers = { authorization: `Bearer ${callers.administrator}`, 'content-type': type };
    const request = new Request('http://127.0.0.1/admin/v1/projects', { method: 'POST', headers, body });
    const answer = await app.fetch(request);
    expect({ status: answer.status, written: await written() }).toEqual({ status, written: before });
    expect(await answer.json()).toMatchObject({ error: { message: expect.any(String) } });
  });

  test('a charset and case in the content type are welcome', async () => {
    const { app } = await fakeAdmin();
    const headers = {
      authorization: `Bearer ${callers.administrator}`,
      'content-type': 'Application/JSON; charset=utf-8',
    };
    const request = new Request('http://127.0.0.1/admin/v1/projects', {
      method: 'POST',
      headers,
      body: '{"name":"x"}',
    });
    expect((await app.fetch(request)).status).toBe(201);
  });

  test('a compressed body and a query on a POST are refused', async () => {
    const { app } = await fakeAdmin();
    const request = knock('administrator', 'POST /admin/v1/projects', { name: 'x' });
    request.headers.set('content-encoding', 'gzip');
    expect((await app.fetch(request)).status).toBe(415);
    const query = knock('administrator', 'POST /admin/v1/projects?name=x', { name: 'x' });
    expect(await (await app.fetch(query)).json()).toMatchObject({ error: { param: 'name' } });
  });
});

test('an unknown route is 404 and a wrong method 405 with what is allowed', async () => {
  const { app } = await fakeAdmin();
  const unknown = await app.fetch(knock('administrator', 'GET /admin/v1/teapots'));
  expect({ status: unknown.status, body: await unknown.json() }).toEqual({
    status: 404,
    body: {
      error: {
        kind: 'route-unknown',
        message: 'There is nothing at GET "/admin/v1/teapots"; GET /openapi.json lists what is served.',
        param: null,
        docs: '/openapi.json#/components/x-failures/route-unknown',
        request_id: 'req_5',
      },
    },
  });
  const wrong = await app.fetch(knock('administrator', 'PUT /admin/v1/keys/key_1'));
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, PATCH, DELETE']);
  const document = await app.fetch(knock('administrator', 'POST /openapi.json', {}));
  expect([document.status, document.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('HEAD asks for the same right and answers no body', async () => {
  const { app } = await fakeAdmin();
  const allowed = await app.fetch(knock('administrator', 'HEAD /admin/v1/keys'));
  expect([allowed.status, await allowed.text()]).toEqual([200, '']);
  expect((await app.fetch(knock('client', 'HEAD /admin/v1/keys'))).status).toBe(403);
});

describe('what goes wrong inside', () => {
  const broken = (thrown: unknown) =>
    procedure({
      name: 'things.break',
      method: 'GET',
      path: '/admin/v1/things',
      summary: 'Break.',
      role: 'admin',
      status: 200,
      input: z.strictObject({}),
      output: z.object({}),
      run: () => Promise.reject(thrown),
    });

  test('says nothing of its cause on the wire and everything in the log', async () => {
    const cause = new Error('SELECT secret FROM pepper');
    const { app, logged } = await fakeAdmin({ procedures: [broken(cause)] });
    const answer = await app.fetch(knock('administrator', 'GET /admin/v1/things'));
    const text = await answer.text();
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([500, 'req_5']);
    expect(text).not.toMatch(/SELECT|\.ts|at /);
    expect(logged).toEqual([
      {
        message: 'a management call failed',
        fields: { requestId: 'req_5', kind: 'gateway-broken', status: 500, cause },
      },
    ]);
  });

  test('keeps the kind and the wait of a failure', async () => {
    const failure = new Failure('gateway-storage-failed', 'The disk is full.', { retryAfterMs: 1_500 });
    const { app } = await fakeAdmin({ procedures: [broken(failure)] });
    const answer = await app.fetch(knock('administrator', 'GET /admin/v1/things'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({
      error: { kind: 'gateway-storage-failed', message: 'The disk is full.' },
    });
  });

  test.each(['a string', undefined, null, 7])('even %p being thrown is an answer', async (thrown) => {
    const { app } = await fakeAdmin({ procedures: [broken(thrown)] });
    expect((await app.fetch(knock('administrator', 'GET /admin/v1/things'))).status).toBe(500);
  });
});
