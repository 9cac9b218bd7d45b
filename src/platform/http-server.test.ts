import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { asFailure } from '../core/failure.ts';
import type { Listener, Log, LogFields } from '../core/ports.ts';
import { bunHttpServer } from './http-server.ts';
import { readBody } from './read-body.ts';
import { pulledBody } from './response-stream.ts';

const logged: { readonly message: string; readonly fields?: LogFields | undefined }[] = [];
const log: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (message, fields) => void logged.push({ message, fields }),
};
const server = bunHttpServer(log);
const open = { hostname: '127.0.0.1', port: 0, maxBodyBytes: 1000 };
let listener: Listener;

beforeAll(async () => {
  listener = await server.listen(open, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/throws') throw new Error('a secret of the house');
    if (pathname === '/breaks') return new Response(pulledBody(breaking(), () => undefined));
    try {
      const timeoutMs = pathname === '/hurry' ? 100 : 5000;
      return Response.json({ length: (await readBody(request, open.maxBodyBytes, { timeoutMs })).length });
    } catch (thrown) {
      const { kind, status } = asFailure(thrown);
      return Response.json({ kind }, { status });
    }
  });
});
afterAll(() => listener.close(0));

const badHosts = [
  'a b',
  '',
  'user@a',
  'a/../b',
  'a?b',
  'a#b',
  '[::1',
  'a:b',
  'a:99999',
  '256.256.256.256',
  'a, b',
  'a"',
];
test.each(badHosts)('a request whose Host is %p is refused before any handler sees it', async (host) => {
  const answer = await say(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(answer).toStartWith('HTTP/1.1 400 ');
  expect(answer).toContain('"kind":"request-invalid"');
});

test.each([
  'GET / HTTP/1.0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
  'CONNECT a:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
])('a request without one host is refused: %j', async (request) => {
  expect(await say(request)).toStartWith('HTTP/1.1 400 ');
});

test.each(['localhost', '127.0.0.1:4141', '[::1]:80', 'my_host.internal', 'EXAMPLE.com'])(
  'a request for %p is answered',
  async (host) => {
    expect(await say(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toStartWith('HTTP/1.1 200 ');
  },
);

test('a handler that throws is answered for without its words, which go to the log', async () => {
  const answer = await fetch(`${listener.url}/throws`);
  expect([answer.status, await answer.text()]).toEqual([
    500,
    '{"error":{"kind":"gateway-broken","message":"Trestle failed on its own account; its log has the cause."}}',
  ]);
  expect(logged.at(-1)?.fields?.cause).toEqual(new Error('a secret of the house'));
});

test('a stream that breaks is cut, so that nobody takes it for whole, and says nothing of why', async () => {
  const heard = await say('GET /breaks HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(heard).toContain('one');
  expect(heard).not.toContain('0\r\n\r\n');
  expect(heard).not.toContain('secret');
});

test('a body that announces too much is refused unread, and its sender hears the answer', async () => {
  const answer = await fetch(listener.url, { method: 'POST', body: new Uint8Array(60_000_000) });
  expect([answer.status, await answer.json()]).toEqual([413, { kind: 'body-too-large' }]);
});

test('a body that does not announce its size is read up to the limit', async () => {
  const send = async (size: number) => {
    const pieces = Array.from({ length: size / 100 }, () => new Uint8Array(100));
    const body = pulledBody(
      async () => pieces.shift(),
      () => undefined,
    );
    const answer = await fetch(listener.url, { method: 'POST', body });
    return [answer.status, await answer.json()];
  };
  expect(await send(1000)).toEqual([200, { length: 1000 }]);
  expect(await send(1100)).toEqual([413, { kind: 'body-too-large' }]);
  expect(await send(20_000_000)).toEqual([413, { kind: 'body-too-large' }]);
});

test('a compressed body is refused', async () => {
  const answer = await fetch(listener.url, { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } });
  expect([answer.status, await answer.json()]).toEqual([415, { kind: 'media-unsupported' }]);
});

test.each(['content-length: 500', 'transfer-encoding: chunked'])(
  'a body that does not arrive is given up after its time, and its connection closed (%s)',
  async (framing) => {
    const answer = await say(`POST /hurry HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n5\r\nabcde\r\n`, 2000);
    expect(answer).toStartWith('HTTP/1.1 408 ');
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toEndWith('{"kind":"body-timeout"}<closed>');
  },
);

test('one connection may ask again and again, also without waiting', async () => {
  const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  expect((await say(get + get + get)).match(/HTTP\/1.1 200 OK/g)).toHaveLength(3);
});

test('closing waits for the answers in flight and takes no new calls', async () => {
  const begun = Promise.withResolvers<void>();
  const brief = await server.listen(open, async () => {
    begun.resolve();
    await Bun.sleep(200);
    return new Response('whole');
  });
  const answer = fetch(brief.url).then((response) => response.text());
  await begun.promise;
  const closed = brief.close(5000);
  expect(await fetch(brief.url).catch(() => 'refused')).toBe('refused');
  expect(await answer).toBe('whole');
  await closed;
});

test('closing cuts what is left when the grace is over', async () => {
  const gone = Promise.withResolvers<void>();
  const endless = await server.listen(open, () => new Response(pulledBody(() => new Promise(() => {}), gone.resolve)));
  const reading = fetch(endless.url).then((response) => response.text());
  reading.catch(() => undefined);
  await Bun.sleep(50);
  const startedAt = performance.now();
  await endless.close(100);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  await gone.promise;
  expect(await reading.catch(() => 'cut')).toBe('cut');
});

test('an address that is taken is told with its remedy', async () => {
  const port = Number(new URL(listener.url).port);
  expect(await server.listen({ ...open, port }, () => new Response()).catch(asFailure)).toMatchObject({
    kind: 'resource-conflict',
    message: `127.0.0.1:${port} is already in use; stop what listens there, or choose another address with --listen.`,
  });
});

test('an address of another machine is told with its remedy', async () => {
  const elsewhere = { ...open, hostname: '203.0.113.7' };
  expect(await server.listen(elsewhere, () => new Response()).catch(asFailure)).toMatchObject({
    kind: 'resource-unknown',
    message: expect.stringContaining('203.0.113.7:0'),
  });
});

function breaking(): () => Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces = [new TextEncoder().encode('one')];
  return async () => {
    const piece = pieces.shift();
    if (piece !== undefined) return piece;
    await Bun.sleep(20);
    throw new Error('a secret of the stream');
  };
}

/** What is heard on a bare socket until it is closed or nothing comes for a while. */
function say(request: string, patienceMs = 150): Promise<string> {
  const { hostname, port } = new URL(listener.url);
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.setTimeout(patienceMs, () => {
      resolve(heard);
      socket.destroy();
    });
    socket.on('data', (bytes) => (heard += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(`${heard}<closed>`));
  });
}
