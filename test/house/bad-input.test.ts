import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { administer, type Started, startTrestle } from '../started.ts';
import { type HostileUpstream, hostileUpstream } from '../upstream/hostile.ts';
import * as bad from './bad-requests.ts';
import { becomes, type Row, rowsFor, rowsOf } from './books.ts';
import { asked, openaiError, type Spoken, speak } from './spoken.ts';

/** A Trestle as a user starts it, asked everything that nobody should ask. */
const door = '/v1/chat/completions';
const key = 'tr-canary-key-5d20c4e1b7';
const credential = 'up-canary-credential-91c3';
const withinMs = 2_000;

const groups: Readonly<Record<string, readonly bad.BadRequest[]>> = {
  'what is no strict JSON': bad.noJson,
  'keys with two meanings': bad.twoMeanings,
  'missing and wrong fields': bad.wrongFields,
  'wrong fields of a request for embeddings': bad.wrongInputs,
  'headers of ours that cannot be read': bad.wrongHeaders,
  'bodies that are too large or encoded': bad.wrongBodies,
  'models that are not here': bad.wrongModels,
  'paths and methods that are not served': bad.wrongPlaces,
  'addresses that mean nothing': bad.wrongAddresses,
};
const everything = Object.values(groups).flat();

let upstream: HostileUpstream;
let trestle: Started;
let rows: ReadonlyMap<string, readonly Row[]>;
const answers = new Map<bad.BadRequest, Spoken>();
/** All that any caller was told in this suite. */
const told: string[] = [];

const ask = async (one: bad.BadRequest): Promise<Spoken> => {
  const answer =
    one.raw === undefined
      ? await asked(trestle.url + (one.path ?? door), {
          method: one.method ?? 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...one.headers },
          body: one.body ?? '',
        })
      : await speak(trestle.url, one.raw.replace('KEY', key));
  told.push(JSON.stringify(answer));
  return answer;
};
const answerTo = (one: bad.BadRequest): Spoken => {
  const answer = answers.get(one);
  if (answer === undefined) throw new Error(`${one.name} was not asked`);
  return answer;
};
const idOf = (answer: Spoken): string => answer.headers['x-request-id'] ?? '';
const withKey = (authorization: string): Promise<Spoken> =>
  asked(trestle.url + door, { method: 'POST', headers: { authorization }, body: bad.goodBody });

beforeAll(async () => {
  upstream = await hostileUpstream();
  trestle = await startTrestle({
    config: `
limits: { max_body_bytes: ${bad.mostBytes} }
providers:
  up: { type: openai-compatible, base_url: "${upstream.url}/v1", models: [a-model], api_key: ${credential} }
models: { bridge-builder: { pin: up/m } }
`,
    environment: { TRESTLE_CLIENT_KEY: key, TRESTLE_LOG: 'debug' },
  });
  for (const one of everything) answers.set(one, await ask(one));
  const recorded = everything.filter((one) => one.recorded);
  rows = await rowsFor(
    trestle,
    recorded.map((one) => idOf(answerTo(one))),
  );
});
afterAll(async () => {
  await trestle?.stop();
  await upstream?.close();
});

for (const [group, requests] of Object.entries(groups)) {
  describe(group, () => {
    test.each(requests.map((one) => [one.name.slice(0, 60), one] as const))('%s', (_name, one) => {
      const answer = answerTo(one);
      const error = openaiError(answer.body) ?? misaddressed(one, answer.body);
      expect({ status: answer.status, type: answer.headers['content-type'], error }).toMatchObject({
        status: one.status,
        type: expect.stringMatching(/^application\/json/),
        error: {
          message: expect.stringMatching(/\S[\s\S]*\.$/),
          ...(one.param === undefined ? {} : { param: one.param }),
        },
      });
      expect(answer.tookMs).toBeLessThan(withinMs);
      const records = (rows.get(idOf(answer)) ?? []).map(({ status, outcome, cost_usd, attempts }) => ({
        status,
        outcome,
        cost_usd,
        attempts,
      }));
      expect(records).toEqual(
        one.recorded ? [{ status: one.status, outcome: 'refused', cost_usd: '0', attempts: 0 }] : [],
      );
    });
  });
}

/** The platform turns these away before it is known which dialect is spoken. */
function misaddressed({ param }: bad.BadRequest, body: string): unknown {
  return param === 'Host' ? JSON.parse(body).error : undefined;
}

test('nothing of all that was sent upstream, and nothing else is on record', () => {
  expect(
    upstream.seen.filter(({ body }) => new TextDecoder().decode(body) !== bad.goodBody.replace('up/m', 'm')),
  ).toEqual([]);
  expect([...rows.values()].flat()).toHaveLength(everything.filter(({ recorded }) => recorded).length);
  console.log(`  ${everything.length} bad requests refused`);
});

test.each(bad.noHttp.map((raw) => [raw.replace(/Host[\s\S]*Connection: close\r\n/, '').slice(0, 70), raw] as const))(
  'what is no HTTP gets a bare 400: %j',
  async (_name, raw) => {
    const answer = await speak(trestle.url, raw.replace('KEY', key));
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 400, body: '' });
    expect(answer.tookMs).toBeLessThan(withinMs);
  },
);

describe('an unknown model', () => {
  test.each([
    ['bridge-bilder', 'bridge-builder'],
    ['sandox/lorem', 'sandbox/lorem'],
    ['ech', 'echo'],
  ])('%s is answered with the nearest name', async (model, nearest) => {
    const answer = await ask({
      name: model,
      body: JSON.stringify({ ...JSON.parse(bad.goodBody), model }),
      status: 404,
      recorded: true,
    });
    expect({ status: answer.status, error: openaiError(answer.body) }).toEqual({
      status: 404,
      error: {
        message: expect.stringContaining(nearest),
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
    });
  });
});

describe('a wrong key', () => {
  test('gets one answer, whatever is wrong with it, and leaves no record', async () => {
    const made = await administer<{ id: string; key: string }>(trestle, '/admin/v1/keys', {
      method: 'POST',
      body: '{"name":"revoked"}',
    });
    expect((await withKey(`Bearer ${made.key}`)).status).toBe(200);
    await administer(trestle, `/admin/v1/keys/${made.id}`, { method: 'DELETE' });
    const short = await administer<{ key: string }>(trestle, '/admin/v1/keys', {
      method: 'POST',
      body: JSON.stringify({ name: 'expired', expires_at: new Date(Date.now() + 1_000).toISOString() }),
    });
    expect(await becomes(async () => (await withKey(`Bearer ${short.key}`)).status === 401, 5_000)).toBeTrue();

    const keys = [
      'tr-wrong',
      key.slice(0, -1),
      `${key}x`,
      key.toUpperCase(),
      made.key,
      short.key,
      'x'.repeat(8_000),
      "' or 1=1 --",
      'tr-%00',
    ];
    const refused = await Promise.all(keys.map((each) => withKey(`Bearer ${each.replaceAll(' ', '+')}`)));
    const [first] = refused;
    expect(openaiError(first?.body ?? '')).toEqual({
      message: expect.any(String),
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    });
    const alike = ({ status, body, headers }: Spoken) => ({ status, body, headers: Object.keys(headers).sort() });
    for (const each of refused) expect(alike(each)).toEqual(alike({ ...(first ?? each), status: 401 }));
    expect((await rowsOf(trestle)).filter(({ status }) => status === 401)).toEqual([]);
  });

  test.each(['', 'Bearer', 'Bearer ', `Basic ${btoa(`${key}:`)}`, key, `Token ${key}`])(
    '%j is none at all',
    async (authorization) => {
      const answer = await withKey(authorization);
      expect({ status: answer.status, error: openaiError(answer.body) }).toMatchObject({
        status: 401,
        error: { code: 'invalid_api_key' },
      });
    },
  );
});

describe('what only looks bad', () => {
  const good = bad.goodBody;
  const fits = `${good.slice(0, -1)},"x":"${'x'.repeat(bad.mostBytes - good.length - 7)}"}`;
  const odd: readonly (readonly [string, RequestInit])[] = [
    ['no content type', { body: new TextEncoder().encode(good) }],
    ['another content type', { body: good, headers: { 'content-type': 'text/plain' } }],
    ['a body that is not encoded and says so', { body: good, headers: { 'content-encoding': 'identity' } }],
    ['blanks around it', { body: ` \r\n\t${good}\n` }],
    ['the largest body that is taken', { body: fits }],
    ['the largest body, of no announced length', { body: new Blob([fits]).stream() }],
    [
      'fields that are null',
      { body: `${good.slice(0, -1)},"n":null,"stream":null,"max_tokens":null,"user":null,"stream_options":null}` },
    ],
    ['a field that nobody knows', { body: `${good.slice(0, -1)},"frobnicate":{"deep":[1,2,{"a":null}]}}` }],
    ['objects 60 levels deep', { body: `${good.slice(0, -1)},"metadata":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}` }],
    ['a large integer', { body: `${good.slice(0, -1)},"seed":9007199254740993}` }],
    [
      'headers of ours',
      {
        body: good,
        headers: {
          'x-trestle-strict': 'TRUE',
          'x-trestle-timeout-ms': '60000',
          'x-trestle-tags': ' a ,, b ',
          'x-trestle-metadata': '{"ü":1}',
        },
      },
    ],
    [
      'headers of others',
      {
        body: good,
        headers: { 'x-api-key': 'other', 'openai-organization': 'org', 'x-forwarded-for': '1.2.3.4', cookie: 'a=b' },
      },
    ],
  ];

  test.each(odd)('is answered: %s', async (_name, init) => {
    expect(Buffer.byteLength(fits)).toBe(bad.mostBytes);
    const before = upstream.seen.length;
    const answer = await asked(trestle.url + door, {
      method: 'POST',
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    });
    expect({ status: answer.status, sent: upstream.seen.length - before }).toEqual({ status: 200, sent: 1 });
    const sent = upstream.seen.at(-1);
    expect(new TextDecoder().decode(sent?.body)).toContain(bad.secretPrompt);
    expect(Object.keys(sent?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
    expect(sent?.headers['authorization']).toBe(`Bearer ${credential}`);
  });

  test.each(bad.sameDoor)('is the same door, with the same lock: %s', async (target) => {
    const before = upstream.seen.length;
    const through = async (presented: string): Promise<Spoken> =>
      await speak(
        trestle.url,
        `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${presented}\r\nConnection: close\r\nContent-Length: ${good.length}\r\n\r\n${good}`,
      );
    expect({ status: (await through('tr-wrong')).status, sent: upstream.seen.length - before }).toEqual({
      status: 401,
      sent: 0,
    });
    const answer = await through(key);
    expect({ status: answer.status, sent: upstream.seen.length - before }).toEqual({ status: 200, sent: 1 });
    expect((await rowsOf(trestle)).filter(({ id }) => id === idOf(answer))).toHaveLength(1);
  });
});

test('key, credential and prompt are in no answer, no log line and no file of the database', async () => {
  const secrets = [key, credential, bad.secretPrompt];
  expect(told.length).toBeGreaterThan(everything.length);
  const seen = (text: string | Buffer): readonly string[] => secrets.filter((secret) => text.includes(secret));
  expect(told.filter((each) => seen(each).length > 0)).toEqual([]);
  expect(trestle.output().split('\n').length).toBeGreaterThan(100);
  expect(seen(trestle.output())).toEqual([]);
  const files = readdirSync(join(trestle.directory, 'data'));
  expect(files).toContain('trestle.db');
  for (const file of files)
    expect({ file, seen: seen(readFileSync(join(trestle.directory, 'data', file))) }).toEqual({ file, seen: [] });
});
