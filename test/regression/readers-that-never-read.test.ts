import { expect, test } from 'bun:test';
import { connect } from 'node:net';
import { systemClock } from '../../src/platform/clock.ts';
import { bunHttpClient } from '../../src/platform/http-client.ts';
import { bareProxy } from './bare-proxy.ts';
import { chunk, rawUpstream, streamHead } from './raw-upstream.ts';

test('ten callers who never read stop their provider, and cost bounded memory', async () => {
  let poured = 0;
  const piece = chunk('x'.repeat(60_000));
  const upstream = await rawUpstream(({ socket }) => {
    socket.write(streamHead);
    const pour = (): void => {
      while (!socket.destroyed) {
        poured += piece.length;
        if (!socket.write(piece)) return;
      }
    };
    socket.on('drain', pour);
    pour();
  });
  const proxy = await bareProxy(bunHttpClient({ clock: systemClock, idleTimeoutMs: 500 }), upstream.url);
  const { hostname, port } = new URL(proxy.url);
  const before = process.memoryUsage.rss();

  const callers = Array.from({ length: 10 }, () => {
    const socket = connect(Number(port), hostname).pause();
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: proxy\r\n\r\n');
    return socket;
  });
  await Bun.sleep(600);
  const earlier = poured;
  await Bun.sleep(900);

  expect({ stillPouring: poured > earlier, open: upstream.open() }).toEqual({ stillPouring: false, open: 10 });
  expect(poured).toBeLessThan(200_000_000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000);

  for (const caller of callers) caller.destroy();
  expect(await upstream.emptied(1000)).toBe(true);
  await proxy.close(0);
  upstream.close();
});
