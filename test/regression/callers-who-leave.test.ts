import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import type { Listener } from '../../src/core/ports.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { bunHttpClient } from '../../src/platform/http-client.ts';
import { bareProxy } from './bare-proxy.ts';
import { becomes, chunk, type RawUpstream, rawUpstream, streamHead } from './raw-upstream.ts';

/** How long is waited for what is no promise of ours, such as a socket that opens: as long as a busy machine may take. */
const patienceMs = 30_000;
setDefaultTimeout(2 * patienceMs);

let upstream: RawUpstream;
let proxy: Listener;

/** What the provider does is asked for in the body. */
beforeAll(async () => {
  upstream = await rawUpstream(({ socket, text }) => {
    if (text.includes('no-head')) return;
    socket.write(streamHead + chunk('data: one\n\n'));
    if (!text.includes('flood')) return;
    const piece = chunk('x'.repeat(60_000));
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', pour);
    pour();
  });
  proxy = await bareProxy(bunHttpClient({ clock: systemClock }), upstream.url);
});
afterAll(async () => {
  await proxy.close(0);
  upstream.close();
});

function call(wish: string): { readonly socket: Socket; heard(): string } {
  const { hostname, port } = new URL(proxy.url);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.on('error', () => undefined);
  if (wish === 'flood') socket.pause();
  else socket.on('data', (bytes) => (heard += bytes.toString('latin1')));
  socket.write(`POST / HTTP/1.1\r\nHost: proxy\r\nContent-Length: ${wish.length}\r\n\r\n${wish}`);
  return { socket, heard: () => heard };
}

for (const how of ['close', 'reset', 'half-close'] as const) {
  for (const wish of ['no-head', 'silence', 'flood'] as const) {
    test(`a caller's ${how} reaches a provider within a second (${wish})`, async () => {
      const { socket, heard } = call(wish);
      expect(await becomes(() => upstream.open() === 1, patienceMs)).toBe(true);
      if (wish === 'silence') expect(await becomes(() => heard().includes('data: one'), patienceMs)).toBe(true);
      else await Bun.sleep(50);
      if (how === 'close') socket.destroy();
      else if (how === 'reset') socket.resetAndDestroy();
      else socket.end();
      expect(await upstream.emptied(1000)).toBe(true);
      socket.destroy();
    });
  }
}

test('five hundred streams that their callers leave keep no socket to the provider', async () => {
  const before = upstream.accepted();
  for (let round = 0; round < 5; round += 1) {
    const calls = Array.from({ length: 100 }, (_, index) => call(index % 2 === 0 ? 'silence' : 'no-head'));
    expect(await becomes(() => upstream.open() === 100, patienceMs)).toBe(true);
    for (const { socket } of calls) socket.destroy();
    expect(await upstream.emptied(patienceMs)).toBe(true);
  }
  expect(upstream.accepted() - before).toBe(500);
});
