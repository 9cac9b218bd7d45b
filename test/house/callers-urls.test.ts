import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { Json } from '../../src/core/json.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { guardedMedia } from '../../src/platform/guarded-media.ts';
import { privateUrls } from '../cases/private-urls.ts';
import { type RawUpstream, rawUpstream } from '../regression/raw-upstream.ts';
import { type Started, startTrestle } from '../started.ts';
import { askedOf, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { clientKey, type TestHouse, testHouse } from './house.ts';

/** URLs that callers name, at the doors, for a provider that takes bytes alone. */
const config = 'providers: { ollama: { base_url: "http://ollama.invalid" } }';
const png = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'\0'.repeat(40)}`;
const base64 = btoa(png);

interface Canary extends RawUpstream {
  readonly port: number;
  readonly heard: readonly string[];
}

async function canary(): Promise<Canary> {
  const heard: string[] = [];
  const upstream = await rawUpstream(({ socket, text }) => {
    heard.push(text);
    socket.end(Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${png.length}\r\n\r\n${png}`, 'latin1'));
  });
  return { ...upstream, heard, port: Number(new URL(upstream.url).port) };
}

interface Surface {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the door says that the URL stands. */
  readonly param: string;
  body(url: string): Json;
}

const anthropic = { path: '/v1/messages', headers: { 'anthropic-version': '2023-06-01' } } as const;
const common = { model: 'ollama/llava', max_tokens: 10 } as const;
const look = { type: 'text', text: 'Look.' } as const;
const byUrl = (url: string): Json => ({ type: 'url', url });
const surfaces: readonly Surface[] = [
  {
    name: 'image_url',
    path: '/v1/chat/completions',
    headers: {},
    param: 'messages[0].content[1]',
    body: (url) => ({
      ...common,
      messages: [{ role: 'user', content: [look, { type: 'image_url', image_url: { url } }] }],
    }),
  },
  {
    name: 'an Anthropic image',
    ...anthropic,
    param: 'messages[0].content[0]',
    body: (url) => ({
      ...common,
      messages: [{ role: 'user', content: [{ type: 'image', source: byUrl(url) }, look] }],
    }),
  },
  {
    name: 'an Anthropic document',
    ...anthropic,
    param: 'messages[0].content[0]',
    body: (url) => ({
      ...common,
      messages: [{ role: 'user', content: [{ type: 'document', source: byUrl(url) }, look] }],
    }),
  },
  {
    name: 'an image in the result of a tool',
    ...anthropic,
    param: 'messages[2].content[0].content[0]',
    body: (url) => ({
      ...common,
      tools: [{ name: 'see', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'Look.' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'see', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'image', source: byUrl(url) }] }],
        },
      ],
    }),
  },
];

let house: TestHouse | undefined;
const listeners: Canary[] = [];
afterEach(async () => {
  await house?.close();
  for (const listener of listeners.splice(0)) listener.close();
});

async function opened(): Promise<Canary> {
  const listener = await canary();
  listeners.push(listener);
  return listener;
}

describe('a URL that leads nowhere public', () => {
  test.each(surfaces.map((surface) => [surface.name, surface] as const))(
    'is refused in every spelling as %s',
    async (_, surface) => {
      const { port, accepted } = await opened();
      const resolve = async (): Promise<readonly string[]> => ['127.0.0.1'];
      const upstream = fakeUpstream();
      const fetchMedia = guardedMedia({ clock: systemClock, timeoutMs: 2_000, resolve, ports: [80, 443, port] });
      house = await testHouse({ config, http: upstream, fetchMedia });
      const urls = privateUrls(port).filter((url) => /^https?:\/\/./i.test(url));
      expect(urls.length).toBeGreaterThan(300);
      const answered: string[] = [];
      for (const url of urls) {
        const answer = await house.ask(surface.body(url), { path: surface.path, headers: surface.headers });
        const text = await answer.text();
        if (answer.status !== 400 || /ECONN|ENOTFOUND/.test(text)) answered.push(`${url} ${answer.status} ${text}`);
      }
      expect({ answered, connections: accepted(), asked: upstream.sent.length }).toEqual({
        answered: [],
        connections: 0,
        asked: 0,
      });
    },
  );

  test.each(surfaces.map((surface) => [surface.name, surface] as const))(
    'is refused at its place as %s',
    async (_, { body, path, headers, param }) => {
      const fetchMedia = guardedMedia({ clock: systemClock, resolve: async () => ['10.0.0.1'] });
      house = await testHouse({ config, fetchMedia });
      const answer = await house.ask(body('http://files.example/a.png'), { path, headers });
      expect(answer.status).toBe(400);
      const { error } = (await answer.json()) as {
        readonly error: { readonly message: string; readonly param?: string };
      };
      expect(error.message).toContain(
        'at files.example:80 cannot be fetched: its host is at no public address that may be reached from here.',
      );
      expect(error.param ?? param).toBe(param);
      expect((await house.records()).map(({ status }) => status)).toEqual([400]);
    },
  );
});

test('what may be fetched goes to the provider as bytes, is said so, and nothing of the call goes to the file', async () => {
  const { port, heard } = await opened();
  const upstream = fakeUpstream(goodAnswer);
  const fetchMedia = guardedMedia({ clock: systemClock, allow: [{ address: '127.0.0.1', prefix: 32, port }] });
  house = await testHouse({ config, http: upstream, fetchMedia });
  const [surface] = surfaces;
  const planted = {
    authorization: `Bearer ${clientKey}`,
    'x-api-key': 'planted-1',
    'x-goog-api-key': 'planted-2',
    'openai-organization': 'planted-3',
    'anthropic-beta': 'planted-4',
    cookie: 'planted-5',
    'x-forwarded-for': 'planted-6',
  };
  const body = {
    ...(surface?.body(`http://127.0.0.1:${port}/a.png`) as object),
    api_base: `http://127.0.0.1:${port}`,
    base_url: `http://127.0.0.1:${port}`,
  };
  const answer = await house.ask(body, { headers: planted });
  expect([answer.status, answer.headers.get('x-trestle-emulated')]).toEqual([
    200,
    '"messages[0].content[1]";how="fetched"',
  ]);
  expect(upstream.sent.map(({ url, body }) => [url, JSON.stringify(askedOf({ body } as never)['messages'])])).toEqual([
    [
      'http://ollama.invalid/v1/chat/completions',
      JSON.stringify([
        { role: 'user', content: [look, { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }] },
      ]),
    ],
  ]);
  expect(heard).toEqual([
    `GET /a.png HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nuser-agent: trestle\r\naccept: image/png, image/jpeg, image/gif, image/webp\r\naccept-encoding: identity\r\nConnection: close\r\n\r\n`,
  ]);
  expect(JSON.stringify(upstream.sent.map(({ headers }) => headers))).not.toMatch(/planted|tr-test/);
});

describe('a started Trestle', () => {
  let files: Canary;
  let vendor: RawUpstream;
  let trestle: Started;
  const asked: string[] = [];

  beforeAll(async () => {
    files = await canary();
    vendor = await rawUpstream(({ socket, text }) => {
      asked.push(text);
      const choices = [{ index: 0, message: { role: 'assistant', content: 'A bridge.' }, finish_reason: 'stop' }];
      const body = JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'llava', choices });
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    const base = new URL(vendor.url).origin;
    trestle = await startTrestle({
      config: `providers: { ollama: { base_url: "${base}", models: [llava] } }\nmedia: { allow: ["127.0.0.1:${files.port}"] }\n`,
    });
  });
  afterAll(async () => {
    await trestle.stop();
    files.close();
    vendor.close();
  });

  const ask = (url: string): Promise<Response> =>
    fetch(`${trestle.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${trestle.clientKey}` },
      body: JSON.stringify(surfaces[0]?.body(url)),
    });

  test('never fetches from a door of its own', async () => {
    const { port } = new URL(trestle.url);
    const doors = ['/admin/keys', '/healthz', '/v1/models', '/openapi.json'].flatMap((path) =>
      ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '[::ffff:127.0.0.1]', '2130706433'].map(
        (host) => `http://${host}:${port}${path}`,
      ),
    );
    const statuses = await Promise.all(doors.map(async (url) => (await ask(url)).status));
    expect(statuses).toEqual(doors.map(() => 400));
    expect(asked).toEqual([]);
  });

  test('fetches from where its configuration says', async () => {
    const answer = await ask(`http://127.0.0.1:${files.port}/a.png`);
    expect([answer.status, answer.headers.get('x-trestle-emulated')]).toEqual([
      200,
      '"messages[0].content[1]";how="fetched"',
    ]);
    expect(asked.map((text) => text.includes(`data:image/png;base64,${base64}`))).toEqual([true]);
    expect(files.accepted()).toBe(1);
  });
});
