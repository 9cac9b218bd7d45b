import { expect, test } from 'bun:test';
import { type FakeToolsOptions, fakeTools } from '../../test/fakes/tools.ts';
import { run } from './run.ts';

const emptyPage = { data: [], has_more: false, next: null };

async function asked(words: readonly string[], options: FakeToolsOptions = {}) {
  const fake = fakeTools({ answer: () => ({ json: emptyPage }), ...options });
  const code = await run(fake.tools, words);
  const [request] = fake.sent;
  const body = request?.body === undefined ? undefined : JSON.parse(new TextDecoder().decode(request.body));
  return { ...fake, code, request, body };
}

test('flags become the fields of the procedure', async () => {
  const words = [
    'keys',
    'create',
    '--name',
    'web',
    '--models',
    'fast,slow',
    '--models=sandbox/echo',
    '--expires-at',
    '2027-01-31',
  ];
  const { request, body } = await asked(words);
  expect(request).toMatchObject({
    method: 'POST',
    url: 'http://127.0.0.1:4141/admin/v1/keys',
    headers: { authorization: 'Bearer tr-admin', 'content-type': 'application/json' },
  });
  expect(body).toEqual({
    name: 'web',
    models: ['fast', 'slow', 'sandbox/echo'],
    expires_at: '2027-01-31T00:00:00Z',
  });
});

test('times may be counted from now', async () => {
  const { request } = await asked(['usage', 'list', '--from', '-7d', '--to=+30m', '--group-by', 'model,key']);
  const query = new URL(request?.url ?? '').searchParams;
  expect(Object.fromEntries(query)).toEqual({
    from: '1969-12-25T00:00:00.000Z',
    to: '1970-01-01T00:30:00.000Z',
    group_by: 'model,key',
  });
});

test('what stands in the path is a word of its own, and cannot leave its place', async () => {
  const { request } = await asked(['keys', 'get', 'key_1/../../x?y']);
  expect(request?.url).toBe('http://127.0.0.1:4141/admin/v1/keys/key_1%2F..%2F..%2Fx%3Fy');
});

test('a noun alone lists', async () => {
  const { request, code, said } = await asked(['keys', '--limit', '5']);
  expect({ url: request?.url, code, said }).toEqual({
    url: 'http://127.0.0.1:4141/admin/v1/keys?limit=5',
    code: 0,
    said: ['There are none.'],
  });
});

test('fields may come from a file or be piped in; flags come before them', async () => {
  const file = await asked(['keys', 'create', '--fields', 'key.json', '--name=b'], {
    files: { 'key.json': '{"name":"a","role":"admin"}' },
  });
  expect(file.body).toEqual({ name: 'b', role: 'admin' });
  const piped = await asked(['keys', 'create', '--fields', '-'], { input: '{"name":"c"}' });
  expect(piped.body).toEqual({ name: 'c' });
});

test('a secret may come from a file or a pipe, so that it stands on no command line', async () => {
  const words = ['providers', 'create', '--name', 'openai', '--api-key'];
  const file = await asked([...words, '@key.txt'], { files: { 'key.txt': 'vendor-one\n' } });
  expect(file.body).toEqual({ name: 'openai', api_key: 'vendor-one' });
  const piped = await asked([...words, '@-'], { input: 'vendor-two\n' });
  expect(piped.body).toEqual({ name: 'openai', api_key: 'vendor-two' });
  const literal = await asked(['keys', 'create', '--name', '@@home']);
  expect(literal.body).toEqual({ name: '@home' });
  const missing = await asked([...words, '@none.txt']);
  expect({ code: missing.code, complaints: missing.complaints, sent: missing.sent }).toEqual({
    code: 2,
    complaints: ['trestle: there is no file none.txt.'],
    sent: [],
  });
});

test('fields of every kind can be written', async () => {
  const words = ['providers', 'update', 'my-vllm', '--models', 'a,b', '--disabled', 'true', '--base-url', 'null'];
  const { body, request } = await asked([...words, '--prices', '{"*":{"input":0}}']);
  expect([request?.method, request?.url]).toEqual(['PATCH', 'http://127.0.0.1:4141/admin/v1/providers/my-vllm']);
  expect(body).toEqual({ models: ['a', 'b'], disabled: true, base_url: null, prices: { '*': { input: 0 } } });
  const known = await asked(['providers', 'update', 'my-vllm', '--models', '{"a":{"tools":true}}']);
  expect(known.body).toEqual({ models: { a: { tools: true } } });
  for (const wrong of [
    ['--prices', '{'],
    ['--disabled', 'yes'],
  ]) {
    const { code, sent } = await asked(['providers', 'update', 'my-vllm', ...wrong]);
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
  }
});

test('management may have an address of its own, and a key by flag', async () => {
  const environment = { TRESTLE_URL: 'http://front:1', TRESTLE_ADMIN_URL: 'http://back:2' };
  const { request } = await asked(['projects'], { environment });
  expect(request?.url).toBe('http://back:2/admin/v1/projects');
  const flagged = await asked(['projects', '--url', 'http://here:3/', '--key', 'tr-other'], { environment });
  expect([flagged.request?.url, flagged.request?.headers['authorization']]).toEqual([
    'http://here:3/admin/v1/projects',
    'Bearer tr-other',
  ]);
});

test('a key may stand in a file, so that it stands on no command line', async () => {
  const files = { 'admin.key': 'tr-from-a-file\n' };
  const { request } = await asked(['projects', '--key', '@admin.key'], { files, environment: {} });
  expect(request?.headers['authorization']).toBe('Bearer tr-from-a-file');
  expect((await asked(['projects', '--key', '@no.key'], { files })).complaints).toEqual([
    'trestle: there is no file no.key.',
  ]);
  expect((await asked(['projects', '--key', '@-'], { files })).complaints[0]).toContain('write --key @FILE');
});

test('a change may be conditional', async () => {
  const { request } = await asked(['keys', 'revoke', 'key_1', '--if-match', 'abc']);
  expect([request?.method, request?.headers['if-match']]).toEqual(['DELETE', '"abc"']);
});

test('what cannot be meant is exit 2, before the server is asked', async () => {
  const cases: readonly (readonly [words: readonly string[], complaint: RegExp])[] = [
    [['keys', 'get'], /id is missing; write trestle keys get ID\./],
    [['keys', 'get', 'a', 'b'], /"b" means nothing to keys get; take it out\./],
    [['keys', 'crate'], /keys cannot "crate"; did you mean create\? There are create, list, get/],
    [['keys', 'create', '--nmae', 'x'], /there is no flag --nmae; did you mean --name\?/],
    [['keys', '--limit', 'many'], /--limit is "many"; write a number\./],
    [['keys', 'create', '--fields', 'no.json'], /there is no file no\.json\./],
    [['keys', 'create', '--fields', '-'], /what is piped in is no JSON object\./],
  ];
  for (const [words, complaint] of cases) {
    const { code, complaints, sent } = await asked(words, { environment: {}, input: '3' });
    expect({ code, sent: sent.length }).toEqual({ code: 2, sent: 0 });
    expect(complaints[0]).toMatch(complaint);
  }
  const keyless = await asked(['keys'], { environment: { TRESTLE_ADMIN_KEY: '' } });
  expect(keyless.complaints).toEqual(['trestle: an administrator key is wanted: --key or TRESTLE_ADMIN_KEY.']);
});

test('a refusal of the server is said in its words with exit 2, its failure with exit 1', async () => {
  for (const [status, exit] of [
    [403, 2],
    [500, 1],
  ] as const) {
    const { code, complaints } = await asked(['keys'], {
      answer: () => ({ status, json: { error: { message: 'no.' } } }),
    });
    expect({ code, complaints }).toEqual({ code: exit, complaints: ['trestle: no.'] });
  }
});

test('people read a table, scripts the server’s own answer', async () => {
  const rows = [
    { id: 'proj_1', name: 'shop\u001b[2J', organisation_id: 'org_1', created_at: '2026-11-21T12:00:00.000Z' },
    { id: 'proj_22', name: 'b', organisation_id: 'org_1', created_at: '2026-11-21T13:00:00.000Z' },
  ];
  const answer = () => ({ json: { data: rows, has_more: true, next: 'abc' } });
  const people = await asked(['projects'], { answer });
  expect(people.said[0]?.split('\n')).toEqual([
    'id       name           created',
    'proj_1   shop\\u001b[2J  2026-11-21 12:00:00',
    'proj_22  b              2026-11-21 13:00:00',
    '',
    'There are more: --after abc, or --all.',
  ]);
  const scripts = await asked(['projects', '--json'], { answer });
  expect(JSON.parse(scripts.said[0] ?? '')).toEqual({ data: rows, has_more: true, next: 'abc' });
});

test('numbers keep their digits', async () => {
  const json = JSON.parse('{"data":[{"requests":1}],"has_more":false,"next":null}');
  const text = JSON.stringify(json).replace('1', '12345678901234567890');
  const { said } = await asked(['usage', '--json'], { answer: () => ({ pieces: [text] }) });
  expect(said).toEqual([text]);
});

test('--all follows every page', async () => {
  const pages = [
    { data: [{ id: 'a' }], has_more: true, next: 'p2' },
    { data: [{ id: 'b' }], has_more: false, next: null },
  ];
  const { said, sent } = await asked(['projects', '--all', '--json'], { answer: () => ({ json: pages.shift() }) });
  expect(sent.map(({ url }) => url.replace(/.*\?/, ''))).toEqual(['limit=1000', 'limit=1000&after=p2']);
  expect(JSON.parse(said[0] ?? '')).toEqual({ data: [{ id: 'a' }, { id: 'b' }], has_more: false, next: null });
});

test('a table of usage is all of it, unless a page is asked for', async () => {
  const pages = (): { data: object[]; has_more: boolean; next: string | null }[] => [
    { data: [{ model: 'a', requests: 1 }], has_more: true, next: 'p2' },
    { data: [{ model: 'b', requests: 2 }], has_more: false, next: null },
  ];
  const all = pages();
  const { said, sent } = await asked(['usage', '--csv'], { answer: () => ({ json: all.shift() }) });
  expect(sent.map(({ url }) => url.replace(/.*\?/, ''))).toEqual(['limit=1000', 'limit=1000&after=p2']);
  expect(said).toEqual(['model,requests\r\na,1\r\nb,2']);
  const one = pages();
  const page = await asked(['usage', '--csv', '--limit', '1'], { answer: () => ({ json: one.shift() }) });
  expect({ asked: page.sent.length, said: page.said }).toEqual({ asked: 1, said: ['model,requests\r\na,1'] });
});

test('what takes longer than a second says so on a terminal, and leaves nothing behind', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fake = fakeTools({ typed: [], answer: () => promise.then(() => ({ json: emptyPage })) });
  const over = run(fake.tools, ['keys']);
  await Bun.sleep(0);
  await fake.clock.advance(900);
  expect(fake.shown).toEqual([]);
  await fake.clock.advance(400);
  expect(fake.shown).toEqual(['\r\u001b[Kkeys list … 1 s', '\r\u001b[Kkeys list … 1 s']);
  resolve();
  expect(await over).toBe(0);
  expect({ last: fake.shown.at(-1), timers: fake.clock.pending() }).toEqual({ last: '\r\u001b[K', timers: 0 });
});
