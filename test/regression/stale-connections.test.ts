import { expect, test } from 'bun:test';
import { asFailure } from '../../src/core/failure.ts';
import type { HttpClient } from '../../src/core/ports.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { bunHttpClient } from '../../src/platform/http-client.ts';
import { chunk, type RawRequest, type RawUpstream, rawUpstream, streamEnd, streamHead, whole } from './raw-upstream.ts';

const utf8 = new TextEncoder();

for (const how of ['end', 'reset'] as const) {
  test(`a POST on a kept connection that the provider closes (${how}) is sent once more, on a fresh one`, async () => {
    await withUpstream(
      ({ socket, turn }) => {
        if (turn === 1) socket.write(whole('ok'));
        else if (how === 'end') socket.end();
        else socket.resetAndDestroy();
      },
      async (post, upstream) => {
        expect([await post(), await post(), await post()]).toEqual(['ok', 'ok', 'ok']);
        expect(upstream.requests).toEqual([1, 1, 2, 2, 3]);
      },
    );
  });
}

for (const method of ['POST', 'GET'] as const) {
  test(`a ${method} is never sent a third time`, async () => {
    await withUpstream(
      ({ socket, connection, turn }) => {
        if (connection === 1 && turn === 1) socket.write(whole('ok'));
        else socket.end();
      },
      async (post, upstream) => {
        expect([await post(method), await post(method)]).toEqual(['ok', 'provider-unreachable']);
        expect(upstream.requests).toEqual([1, 1, 2]);
      },
    );
  });
}

test('a POST on a fresh connection is not sent again, also while other connections are in use', async () => {
  await withUpstream(
    ({ socket, connection, text }) => {
      if (text.endsWith('wait')) setTimeout(() => socket.write(whole('ok')), 100);
      else if (connection === 1) socket.write(whole('ok'));
      else socket.end();
    },
    async (post, upstream) => {
      expect(await post('POST', 'first')).toBe('ok');
      const busy = post('POST', 'wait');
      expect(await post('POST', 'second')).toBe('provider-unreachable');
      expect(await busy).toBe('ok');
      expect(upstream.requests).toEqual([1, 1, 2]);
    },
  );
});

test('where all kept connections are stale, a POST goes out on a fresh one at its second try', async () => {
  await withUpstream(
    ({ socket, turn }) => {
      if (turn === 1) setTimeout(() => socket.write(whole('ok')), 50);
      else socket.end();
    },
    async (post, upstream) => {
      expect(await Promise.all([post(), post()])).toEqual(['ok', 'ok']);
      expect(await post()).toBe('ok');
      expect(upstream.requests).toEqual([1, 2, expect.any(Number), 3]);
    },
  );
});

test('a connection that was broken off is not a used one for the next call', async () => {
  await withUpstream(
    ({ socket, connection }) => {
      if (connection === 1) socket.write(streamHead + chunk('data: one\n\n'));
      else socket.end();
    },
    async (post, upstream, http) => {
      const caller = new AbortController();
      const pieces = (await http.send({ ...request(upstream.url), signal: caller.signal })).pieces();
      await pieces.read();
      caller.abort();
      expect(await pieces.read().catch(asFailure)).toMatchObject({ kind: 'caller-gone' });
      expect(await post()).toBe('provider-unreachable');
      expect(upstream.requests).toEqual([1, 2]);
    },
  );
});

test('a connection that the provider announced to close is not a used one for the next call', async () => {
  await withUpstream(
    ({ socket, connection }) => socket.end(connection === 1 ? whole('ok', 'connection: close\r\n') : ''),
    async (post, upstream) => {
      expect([await post(), await post()]).toEqual(['ok', 'provider-unreachable']);
      expect(upstream.requests).toEqual([1, 2]);
    },
  );
});

test('a POST is not sent again when its answer had begun', async () => {
  await withUpstream(
    ({ socket, turn }) => {
      if (turn === 1) socket.write(whole('ok'));
      else socket.end(`${streamHead}${chunk('half')}`);
    },
    async (post, upstream) => {
      expect([await post(), await post()]).toEqual(['ok', 'provider-garbled']);
      expect(upstream.requests).toEqual([1, 1]);
    },
  );
});

test('a stream that is let go at its last frame leaves its connection for the next call', async () => {
  await withUpstream(
    ({ socket }) => {
      socket.write(streamHead + chunk('data: [DONE]\n\n'));
      setTimeout(() => socket.write(streamEnd), 30);
    },
    async (_, upstream, http) => {
      for (let call = 0; call < 3; call += 1) {
        const pieces = (await http.send(request(upstream.url))).pieces();
        await pieces.read();
        pieces.cancel();
        await Bun.sleep(60);
      }
      expect(upstream.requests).toEqual([1, 1, 1]);
    },
  );
});

test('a stream that is let go in its middle is closed within a second, also if nobody reads it', async () => {
  await withUpstream(
    ({ socket }) => socket.write(streamHead + chunk('data: one\n\n')),
    async (_, upstream, http) => {
      const pieces = (await http.send(request(upstream.url))).pieces();
      await pieces.read();
      pieces.cancel();
      expect(await upstream.emptied(1000)).toBe(true);
      expect(await pieces.read().catch(asFailure)).toMatchObject({ kind: 'caller-gone' });
    },
  );
});

test('a stream that is let go while its next piece is awaited is closed at once', async () => {
  await withUpstream(
    ({ socket }) => socket.write(streamHead + chunk('data: one\n\n')),
    async (_, upstream, http) => {
      const pieces = (await http.send(request(upstream.url))).pieces();
      await pieces.read();
      const awaited = pieces.read().catch(asFailure);
      pieces.cancel();
      expect(await upstream.emptied(200)).toBe(true);
      expect(await awaited).toMatchObject({ kind: 'caller-gone' });
    },
  );
});

test('an answer that nobody asked for is not given to the next call on that connection', async () => {
  const poison = whole('poison');
  await withUpstream(
    ({ socket, text }) => {
      const name = text.slice(-1);
      socket.write(whole(name) + (name === 'a' ? poison : ''));
      if (name === 'c') setTimeout(() => socket.write(poison), 20);
    },
    async (post) => {
      const heard: string[] = [];
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        heard.push(await post('POST', name));
        if (name === 'c') await Bun.sleep(50);
      }
      expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']);
    },
  );
});

type Post = (method?: 'POST' | 'GET', body?: string) => Promise<string>;

/** `post` gives the answer's text, or the kind of failure it came to. */
async function withUpstream(
  answer: (request: RawRequest) => void,
  act: (post: Post, upstream: RawUpstream, http: HttpClient) => Promise<void>,
): Promise<void> {
  const upstream = await rawUpstream(answer);
  const http = bunHttpClient({ clock: systemClock });
  const post: Post = async (method = 'POST', body = 'x') => {
    try {
      const reply = await http.send(request(upstream.url, method, body));
      return new TextDecoder().decode(await reply.bytes(1000));
    } catch (thrown) {
      return asFailure(thrown).kind;
    }
  };
  try {
    await act(post, upstream, http);
  } finally {
    upstream.close();
  }
}

function request(url: string, method: 'POST' | 'GET' = 'POST', body = 'x') {
  const sent = method === 'POST' ? { body: utf8.encode(body) } : {};
  return { method, url, headers: {}, signal: new AbortController().signal, ...sent };
}
