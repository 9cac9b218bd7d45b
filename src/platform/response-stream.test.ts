import { expect, test } from 'bun:test';
import { connect } from 'node:net';
import { systemClock } from './clock.ts';
import { pulledBody } from './response-stream.ts';
import { openVigil } from './vigil.ts';

const utf8 = new TextEncoder();

test('pieces go out in order, the last one followed by an end', async () => {
  const pieces = ['one ', '', 'two ', 'three'].map((text) => utf8.encode(text));
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () => new Response(pulledBody(async () => pieces.shift(), unexpected)),
  });
  expect(await (await fetch(server.url)).text()).toBe('one two three');
  await server.stop(true);
});

test('a piece stays readable for those who keep it', async () => {
  const piece = utf8.encode('kept');
  const given = [piece];
  const reader = pulledBody(async () => given.shift(), unexpected).getReader();
  await reader.read();
  await reader.read();
  expect(piece).toEqual(utf8.encode('kept'));
});

test('nothing is asked for before it is wanted', async () => {
  let asked = 0;
  const reader = pulledBody(async () => utf8.encode(String(++asked)), unexpected).getReader();
  await Promise.resolve();
  expect(asked).toBe(0);
  await reader.read();
  await Promise.resolve();
  expect(asked).toBe(1);
});

test('a caller who leaves is told of once, also while a piece is awaited; what comes later is dropped', async () => {
  let left = 0;
  const late = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const reader = pulledBody(
    () => late.promise,
    () => {
      left += 1;
    },
  ).getReader();
  const reading = reader.read();
  await reader.cancel();
  expect(left).toBe(1);
  late.resolve(utf8.encode('late'));
  expect(await reading).toMatchObject({ done: true });
  await reader.cancel();
  expect(left).toBe(1);
});

test('a caller who does not read for too long is cut, and told of; one whose provider is silent is not', async () => {
  const vigil = openVigil(systemClock, 20);
  const left: string[] = [];
  const flood = async () => new Uint8Array(100_000);
  const silence = () => new Promise<undefined>(() => {});
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url }) => {
      const next = url.endsWith('/flood') ? flood : silence;
      return new Response(pulledBody(next, () => left.push(new URL(url).pathname), { unreadMs: 100, vigil }));
    },
  });
  const closed: string[] = [];
  const sockets = ['/flood', '/silence'].map((path) => {
    const socket = connect(server.port ?? 0, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`),
    );
    socket.on('error', () => closed.push(path));
    return socket.pause();
  });
  await Bun.sleep(500);
  expect(left).toEqual(['/flood']);
  for (const socket of sockets) socket.resume();
  await Bun.sleep(100);
  expect(closed).toEqual(['/flood']);
  for (const socket of sockets) socket.destroy();
  await server.stop(true);
});

function unexpected(): void {
  throw new Error('nobody left');
}
