import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createServer, type Server } from 'node:tls';
import { certificateFor } from '../../test/fakes/certificate.ts';
import { asFailure } from '../core/failure.ts';
import { systemClock } from './clock.ts';
import { type GuardedMediaOptions, guardedMedia } from './guarded-media.ts';

const { cert, key } = certificateFor('files.example');
const named: (string | false)[] = [];
let requests = 0;
let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer({ cert, key }, (socket) => {
    named.push(socket.servername ?? false);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nwords');
    });
  });
  server.on('tlsClientError', () => undefined);
  port = await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
});
afterAll(() => void server.close());

async function fetched(host: string, options: Partial<GuardedMediaOptions> = { authorities: [cert] }): Promise<string> {
  const resolve = async (): Promise<readonly string[]> => ['127.0.0.1'];
  const isPublic = (address: string): boolean => address === '127.0.0.1';
  const fetchMedia = guardedMedia({ clock: systemClock, resolve, isPublic, ports: [port], ...options });
  return await fetchMedia(`https://${host}:${port}/`, { kind: 'file', signal: new AbortController().signal }).then(
    ({ mediaType }) => mediaType,
    (thrown) => asFailure(thrown).message.replace(`:${port}`, ''),
  );
}

test('over TLS the server must prove the name in the URL, not the address that was connected to', async () => {
  expect(await fetched('files.example')).toBe('text/plain');
  expect([named, requests]).toEqual([['files.example'], 1]);
  const untrusted = (host: string): string =>
    `The file at ${host} cannot be fetched: its certificate is not trusted here.`;
  expect(await fetched('other.example')).toBe(untrusted('other.example'));
  expect(await fetched('127.0.0.1')).toBe(untrusted('127.0.0.1'));
  expect(await fetched('files.example', {})).toBe(untrusted('files.example'));
  expect(requests).toBe(1);
});

test('no variable of the environment makes it trust everybody', async () => {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    expect(await fetched('other.example')).toContain('is not trusted');
  } finally {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
  }
});
