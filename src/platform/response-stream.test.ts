import { expect, test } from 'bun:test';
import { pulledBody } from './response-stream.ts';

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

function unexpected(): void {
  throw new Error('nobody left');
}
