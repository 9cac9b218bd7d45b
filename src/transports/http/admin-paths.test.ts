import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { callers, type FakeAdmin, fakeAdmin } from '../../../test/fakes/admin.ts';

/** Ways to write `/admin/v1/keys` so that one reader takes it for the route and another does not. */
const forms = [
  '/admin/v1/keys',
  '/admin/v1/keys?',
  '/admin/v1/keys?limit=1',
  '/admin/v1/keys#x',
  '/admin/v1/keys/',
  '/admin/v1/keys//',
  '/admin/v1/keys/.',
  '/admin/v1/keys/..',
  '/admin/v1/keys/../keys',
  '/admin/v1/./keys',
  '/admin/./v1/keys',
  '/x/../admin/v1/keys',
  '/healthz/../admin/v1/keys',
  '/openapi.json/../admin/v1/keys',
  '/openapi.json/admin/v1/keys',
  '/openapi.json%2f..%2fadmin/v1/keys',
  '/openapi.json;/admin/v1/keys',
  '/openapi.json?/admin/v1/keys',
  '/openapi.json%3f/admin/v1/keys',
  '//admin/v1/keys',
  '///admin/v1/keys',
  '/admin//v1/keys',
  '/admin/v1//keys',
  '/admin/v1/keys%2f',
  '/admin/v1%2fkeys',
  '/admin%2fv1%2fkeys',
  '/%2fadmin/v1/keys',
  '/admin/v1/%2e/keys',
  '/admin/v1/%2e%2e/v1/keys',
  '/admin/v1/%2e%2e%2fv1/keys',
  '/%61dmin/v1/keys',
  '/admin/v1/key%73',
  '/admin/v1/key%2573',
  '/admin/v1/keys%00',
  '/admin/v1/keys%20',
  '/admin/v1/keys%0a',
  '/admin/v1/keys%3f',
  '/admin/v1/keys%23',
  '/admin/v1/keys;x=1',
  '/admin/v1;x=1/keys',
  '/admin/v1/keys.',
  '/admin/v1/keys.json',
  '/admin/v1\\keys',
  '/admin\\v1\\keys',
  '\\admin\\v1\\keys',
  '/admin/v1/keys\\',
  '/admin/v1/keys%5c',
  '/ADMIN/v1/keys',
  '/Admin/V1/Keys',
  '/admin/v1/KEYS',
  '/admin/v1/ｋeys',
  '/admin/v1/keys%zz',
  '/admin/v1/keys%',
  '/admin/v1/keys%c0%af',
  '/admin/v1/:id',
  '/admin/v1/keys/:id',
  '/admin/v1/keys/{id}',
  '/admin/v1/keys/*',
  '/admin/v1/*',
  '/*',
  '/admin/v2/keys',
  '/admin/v1',
  '/admin',
  '/',
] as const;

describe('however the path is written, the route that matches decides', () => {
  let admin: FakeAdmin;
  beforeAll(async () => {
    admin = await fakeAdmin();
  });

  test.each(forms)('%p', async (form) => {
    const ask = async (caller: 'nobody' | 'client' | 'administrator') => {
      const secret = callers[caller];
      const headers: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
      const answer = await admin.app.fetch(new Request(`http://127.0.0.1${form}`, { headers }));
      return { status: answer.status, text: await answer.text() };
    };
    expectOneDecision({
      nobody: await ask('nobody'),
      client: await ask('client'),
      administrator: await ask('administrator'),
    });
  });
});

describe('the same over a socket, where nobody tidies the request line', () => {
  let server: ReturnType<typeof Bun.serve>;
  beforeAll(async () => {
    const { app } = await fakeAdmin();
    server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) });
  });
  afterAll(async () => {
    await server.stop(true);
  });

  const absolute = forms.map((form) => `http://evil.example${form}`);
  test.each([...forms, ...absolute])('%p', async (target) => {
    const port = Number(server.port);
    const line = `GET ${target.replace(/[^\x21-\x7e]/g, encodeURIComponent)} HTTP/1.1\r\nhost: 127.0.0.1:${port}`;
    expectOneDecision({
      nobody: await send(port, line),
      client: await send(port, `${line}\r\nauthorization: Bearer ${callers.client}`),
      administrator: await send(port, `${line}\r\nauthorization: Bearer ${callers.administrator}`),
    });
  });

  test.each([
    'x/openapi.json?',
    '/openapi.json',
    'evil.example/openapi.json#',
    '[::1',
    'a b',
    '%',
    '',
    'x\\openapi.json?',
  ])('the host %p moves nobody past the door', async (host) => {
    const port = Number(server.port);
    const head = `GET /admin/v1/keys HTTP/1.1\r\nhost: ${host}`;
    const { status } = await send(port, head);
    const allowed = await send(port, `${head}\r\nauthorization: Bearer ${callers.administrator}`);
    expect([status, allowed.status]).toEqual(status === 401 ? [401, 200] : [400, 400]);
  });
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Public to all, there for none, or by right: what only an administrator gets, nobody gets without and a client is refused. */
function expectOneDecision(answers: { nobody: Answer; client: Answer; administrator: Answer }): void {
  const statuses = [answers.nobody.status, answers.client.status, answers.administrator.status];
  const by = (status: number): boolean => statuses.every((each) => each === status);
  const guarded = statuses[0] === 401 && statuses[1] === 403 && [200, 400, 404].includes(statuses[2] ?? 0);
  const open = by(200) && answers.nobody.text.includes('"openapi":"3.1.0"');
  expect(guarded || open || by(404) || by(400), JSON.stringify(statuses)).toBe(true);
  if (!open) expect(answers.nobody.text).not.toContain('"hint"');
}

function send(port: number, head: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let text = '';
  const connected = Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => void socket.write(`${head}\r\nconnection: close\r\n\r\n`),
      data: (_socket, bytes) => {
        text += bytes.toString();
      },
      close: () => resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 400), text }),
      error: (_socket, error) => reject(error),
    },
  });
  connected.catch(reject);
  return promise;
}
