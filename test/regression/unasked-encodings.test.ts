import { expect, test } from 'bun:test';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { asFailure } from '../../src/core/failure.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { bunHttpClient } from '../../src/platform/http-client.ts';
import { rawUpstream } from './raw-upstream.ts';

const text = 'data: {"a":1}\n\n'.repeat(5000);
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const encoders = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: (bytes: string | Uint8Array) => brotliCompressSync(bytes, quick),
};

for (const [encoding, encode] of Object.entries(encoders)) {
  test(`${encoding} that nobody asked for is decoded, whole and in pieces`, async () => {
    await answering(encoding, encode(text), async (send) => {
      const whole = await send();
      expect(new TextDecoder().decode(await whole.bytes(1_000_000))).toBe(text);
      expect([whole.headers.get('content-encoding'), whole.headers.get('content-length')]).toEqual([null, null]);

      const pieces = (await send()).pieces();
      let heard = '';
      for (let piece = await pieces.read(); piece !== undefined; piece = await pieces.read()) {
        heard += new TextDecoder().decode(piece);
      }
      expect(heard).toBe(text);
    });
  });

  test(`${encoding} is measured decoded against the limit`, async () => {
    await answering(encoding, encode(text), async (send) => {
      const failure = await (await send()).bytes(50_000).catch(asFailure);
      expect(failure).toMatchObject({ kind: 'provider-garbled', message: expect.stringContaining('50000 bytes') });
    });
  });

  test(`a ${encoding} bomb is refused, and costs little memory`, async () => {
    const bomb = encode(Buffer.alloc(100_000_000));
    await answering(encoding, bomb, async (send) => {
      Bun.gc(true);
      const before = process.memoryUsage.rss();
      const failure = await (await send()).bytes(Number.MAX_SAFE_INTEGER).catch(asFailure);
      expect(failure).toMatchObject({ kind: 'provider-garbled', message: expect.stringContaining('100 times') });
      expect(process.memoryUsage.rss() - before).toBeLessThan(40_000_000);
    });
  });

  test(`${encoding} that is cut or is none is garbled`, async () => {
    const encoded = encode(text);
    for (const broken of [encoded.subarray(0, encoded.length - 9), Buffer.from('plain')]) {
      await answering(encoding, broken, async (send) => {
        const failure = await (await send()).bytes(1_000_000).catch(asFailure);
        expect(failure).toMatchObject({ kind: 'provider-garbled', message: expect.stringContaining(encoding) });
      });
    }
  });
}

test('a chain of encodings, and an unknown one, are refused unread', async () => {
  for (const encoding of ['gzip, br', 'gzip, gzip', 'snappy', 'zstd']) {
    await answering(encoding, gzipSync('x'), async (send) => {
      const failure = await (await send()).bytes(1000).catch(asFailure);
      expect(failure).toMatchObject({ kind: 'provider-garbled', message: expect.stringContaining(encoding) });
    });
  }
});

test('a plain answer is asked for, and comes with its own length', async () => {
  let asked = '';
  const upstream = await rawUpstream(({ socket, text: request }) => {
    asked = request;
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  const send = () => bunHttpClient({ clock: systemClock }).send(get(upstream.url, { 'accept-encoding': 'gzip' }));
  expect((await (await send()).bytes(2)).length).toBe(2);
  expect(asked.toLowerCase().match(/accept-encoding: .*/g)).toEqual(['accept-encoding: identity']);
  expect(await (await send()).bytes(1).catch(asFailure)).toMatchObject({ kind: 'provider-garbled' });
  upstream.close();
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a ${status} is an answer, and is not followed`, async () => {
    const upstream = await rawUpstream(({ socket, turn }) => {
      const other = turn === 1 ? 'location: /other\r\n' : '';
      socket.write(`HTTP/1.1 ${status} Elsewhere\r\n${other}content-length: 2\r\n\r\nno`);
    });
    const answer = await bunHttpClient({ clock: systemClock }).send(get(upstream.url));
    expect([answer.status, answer.headers.get('location')]).toEqual([status, '/other']);
    expect((await answer.bytes(10)).length).toBe(2);
    expect(upstream.requests).toEqual([1]);
    upstream.close();
  });
}

type Send = () => ReturnType<ReturnType<typeof bunHttpClient>['send']>;

async function answering(encoding: string, body: Uint8Array, act: (send: Send) => Promise<void>): Promise<void> {
  const upstream = await rawUpstream(({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.write(body);
  });
  const http = bunHttpClient({ clock: systemClock });
  try {
    await act(() => http.send(get(upstream.url)));
  } finally {
    upstream.close();
  }
}

function get(url: string, headers: Readonly<Record<string, string>> = {}) {
  return { method: 'GET', url, headers, signal: new AbortController().signal } as const;
}
