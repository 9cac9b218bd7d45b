import { afterEach, describe, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { chunk } from '../../test/regression/raw-upstream.ts';
import {
  asIfPublic,
  canary,
  cannot,
  closeAll,
  image,
  moved,
  outcome,
  png,
  wanted,
} from '../../test/rooms/media-canary.ts';

afterEach(closeAll);

describe('a redirect', () => {
  test('is followed three times, each time to a place that is looked at anew', async () => {
    const listener = await canary(({ socket, text }) => {
      const turn = Number(/^GET \/(\d+)/.exec(text)?.[1]);
      socket.end(turn === 0 ? image() : moved(`/${turn - 1}`, [301, 303, 307, 308][turn % 4]));
    });
    const asked: string[] = [];
    const fetchMedia = asIfPublic(listener.port, {
      resolve: async (name) => {
        asked.push(name);
        return ['127.0.0.1'];
      },
    });
    expect(await outcome(fetchMedia(listener.at('/3'), wanted))).toBe(`image/png of ${png.length} bytes`);
    expect(asked).toHaveLength(4);
    expect(await outcome(fetchMedia(listener.at('/21'), wanted))).toBe(`${cannot} it redirects more than 3 times.`);
    expect(listener.accepted()).toBe(8);
  });

  test('to somewhere private, another scheme or another port is not followed', async () => {
    const inner = await canary();
    const targets = [
      [`http://127.0.0.2:${inner.port}/`, 'no public address'],
      ['http://169.254.169.254/latest/meta-data/', 'no public address'],
      ['http://[::ffff:127.0.0.1]/', 'no public address'],
      ['http://localhost/', 'no public address'],
      ['http://files.example:9/', 'port 9 is not one of'],
      ['file:///etc/passwd', 'only http and https'],
      ['gopher://127.0.0.1/', 'only http and https'],
      [`//user@127.0.0.1:${inner.port}/`, 'a user before its host'],
      ['http:\\\\127.0.0.1\\', 'a backslash'],
      ['http://2130706433/', 'a number that stands for an address'],
    ] as const;
    for (const [location, why] of targets) {
      const listener = await canary(({ socket }) => void socket.end(moved(location)));
      const said = await outcome(
        asIfPublic(listener.port, { ports: [listener.port, inner.port, 80] })(listener.at('/'), wanted),
      );
      expect(said).toStartWith(`${cannot} after a redirect, `);
      expect(said).toContain(why);
      expect([listener.accepted(), inner.accepted()]).toEqual([1, 0]);
    }
  });

  test('that names no place is an answer like any other', async () => {
    const listener = await canary(({ socket }) => void socket.end('HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n'));
    expect(await outcome(asIfPublic(listener.port)(listener.at('/'), wanted))).toBe(
      `${cannot} it answered with status 302.`,
    );
  });
});

describe('what comes', () => {
  const ok = 'HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n';
  const cases: Readonly<Record<string, readonly [say: string | Buffer, said: string]>> = {
    'a status that is no success': [
      'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n',
      'it answered with status 403',
    ],
    'a part of it': ['HTTP/1.1 206 Partial Content\r\ncontent-length: 0\r\n\r\n', 'it answered with status 206'],
    'a page instead of an image': [
      image('content-type: image/png\r\n', '<html>not found</html>'),
      'it is none of image/png, image/jpeg, image/gif, image/webp',
    ],
    'an image that can hold a script': [
      image('content-type: image/svg+xml\r\n', '<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'it is none of image/png, image/jpeg, image/gif, image/webp',
    ],
    'a document instead of an image': [
      image('content-type: image/png\r\n', '%PDF-1.7'),
      'it is none of image/png, image/jpeg, image/gif, image/webp',
    ],
    'nothing at all': [image('', ''), 'it is none of image/png, image/jpeg, image/gif, image/webp'],
    'an announced size beyond the limit': [
      `${ok}content-length: 100001\r\n\r\n`,
      'it is larger than the 100000 bytes that are taken',
    ],
    'an announced size of 200 MB': [
      `${ok}content-length: 200000000\r\n\r\n`,
      'it is larger than the 100000 bytes that are taken',
    ],
    'less than was announced': [`${ok}content-length: 900\r\n\r\n${png}`, 'it broke off before its end'],
    'a last chunk that is missing': [
      `${ok}transfer-encoding: chunked\r\n\r\n${chunk('abc')}`,
      'it broke off before its end',
    ],
    'two lengths': [`${ok}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`, 'its server does not follow HTTP/1.1'],
    'no HTTP': ['SSH-2.0-OpenSSH_9.2\r\n', 'its server does not follow HTTP/1.1'],
    'a protocol of its own choice': [
      'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      'it wants to speak another protocol',
    ],
    'hints without an end': ['HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(9), 'it does not come to its answer'],
    'a header without an end': [
      `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(100_000)}`,
      'its server does not follow HTTP/1.1',
    ],
    'a close instead of an answer': ['', 'its server could not be reached'],
    'an archive bomb': [gzipped(), 'it came encoded, though asked for plain'],
    'an encoding on the way': [
      `${ok}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      'it came encoded, though asked for plain',
    ],
  };

  test.each(Object.entries(cases))('is refused when it is %s', async (_, [say, why]) => {
    const listener = await canary(({ socket }) => void socket.end(say, 'latin1'));
    const said = await outcome(asIfPublic(listener.port, { maxBytes: 100_000 })(listener.at('/'), wanted));
    expect(said).toBe(`${cannot} ${why}.`);
    expect(await listener.emptied(1_000)).toBe(true);
  });

  test('without an end is read no further than the limit', async () => {
    let sent = 0;
    const listener = await canary(({ socket }) => {
      const piece = Buffer.alloc(64 * 1024, 1);
      const pour = (): void => {
        while (!socket.destroyed && sent < 200_000_000) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', pour);
        }
      };
      socket.write(`${ok}\r\n`);
      pour();
    });
    const said = await outcome(asIfPublic(listener.port, { maxBytes: 1_000_000 })(listener.at('/'), wanted));
    expect(said).toBe(`${cannot} it is larger than the 1000000 bytes that are taken.`);
    expect(await listener.emptied(1_000)).toBe(true);
    expect(sent).toBeLessThan(20_000_000);
  });

  test.each(['a head', 'a byte at a time'])('is given up when the server takes its time with %s', async (how) => {
    const listener = await canary(({ socket }) => {
      if (how === 'a head') return;
      socket.write(`${ok}content-length: 100\r\n\r\n`);
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    const startedAt = performance.now();
    const said = await outcome(asIfPublic(listener.port, { timeoutMs: 250 })(listener.at('/'), wanted));
    expect(said).toBe(`${cannot} it took longer than 250 ms.`);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(await listener.emptied(1_000)).toBe(true);
  });

  test('is taken for what its bytes show, in chunks or until the close', async () => {
    const jpeg = `\xff\xd8\xff\xe0${'\0'.repeat(40)}`;
    const says: readonly string[] = [
      `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${jpeg.length}\r\n\r\n${jpeg}`,
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk(jpeg.slice(0, 10))}${chunk(jpeg.slice(10))}0\r\n\r\n`,
      `HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n${jpeg}`,
    ];
    for (const say of says) {
      const listener = await canary(({ socket }) => void socket.end(say, 'latin1'));
      const media = await asIfPublic(listener.port)(listener.at('/'), wanted);
      expect(media).toEqual({
        mediaType: 'image/jpeg',
        bytes: Uint8Array.from(jpeg, (letter) => letter.charCodeAt(0)),
      });
    }
  });

  test('is an answer, not a redirect, where its status says so', async () => {
    const listener = await canary(({ socket }) => void socket.end(image('location: http://10.0.0.1/\r\n')));
    expect(await outcome(asIfPublic(listener.port)(listener.at('/'), wanted))).toContain('image/png');
  });

  test('by another protocol is hung up on', async () => {
    const upgrade = 'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';
    const listener = await canary(({ socket }) => void socket.write(upgrade));
    expect(await outcome(asIfPublic(listener.port)(listener.at('/'), wanted))).toContain('another protocol');
    expect(await listener.emptied(1_000)).toBe(true);
  });

  test('may be no larger than whoever asks has room for', async () => {
    const listener = await canary();
    const fetchMedia = asIfPublic(listener.port);
    expect(await outcome(fetchMedia(listener.at('/'), { ...wanted, maxBytes: png.length }))).toContain('image/png');
    expect(await outcome(fetchMedia(listener.at('/'), { ...wanted, maxBytes: png.length - 1 }))).toContain(
      'is larger than',
    );
  });

  test('is text or a document where a file is wanted', async () => {
    const listener = await canary(({ socket, text }) => {
      socket.end(
        image('content-type: text/plain; charset=utf-8\r\n', text.startsWith('GET /pdf') ? '%PDF-1.4' : 'words'),
      );
    });
    const fetchMedia = asIfPublic(listener.port);
    const file = { ...wanted, kind: 'file' } as const;
    expect(await outcome(fetchMedia(listener.at('/'), file))).toBe('text/plain of 5 bytes');
    expect(await outcome(fetchMedia(listener.at('/pdf'), file))).toBe('application/pdf of 8 bytes');
  });
});

function gzipped(): Buffer {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bomb]);
}
