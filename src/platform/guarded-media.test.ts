import { afterEach, describe, expect, test } from 'bun:test';
import { gzipSync } from 'node:zlib';
import { privateUrls } from '../../test/cases/private-urls.ts';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { becomes, chunk, type RawRequest, type RawUpstream, rawUpstream } from '../../test/regression/raw-upstream.ts';
import { asFailure, Failure } from '../core/failure.ts';
import type { Media } from '../core/ports.ts';
import { systemClock } from './clock.ts';
import { type GuardedMediaOptions, guardedMedia } from './guarded-media.ts';

const opened: RawUpstream[] = [];
afterEach(() => {
  for (const upstream of opened.splice(0)) upstream.close();
});

/** A listener on 127.0.0.1; `heard` are the requests' first lines and headers. */
async function canary(answer: (request: RawRequest) => void = ({ socket }) => void socket.end(image())) {
  const heard: string[] = [];
  const upstream = await rawUpstream((request) => {
    heard.push(request.text);
    answer(request);
  });
  opened.push(upstream);
  const { port } = new URL(upstream.url);
  return { ...upstream, heard, port: Number(port), at: (path: string) => `http://files.example:${port}${path}` };
}

const png = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'\0'.repeat(40)}`;

function image(headers = 'content-type: image/png\r\n', body = png): Buffer {
  return Buffer.from(`HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`, 'latin1');
}

function moved(location: string, status = 302): string {
  return `HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
}

/** A network in which this machine's loopback is a public place, and every name is there. */
function asIfPublic(port: number, options: Partial<GuardedMediaOptions> = {}) {
  return guardedMedia({
    clock: systemClock,
    timeoutMs: 5_000,
    resolve: async () => ['127.0.0.1'],
    isPublic: (address) => address === '127.0.0.1',
    ports: [port],
    ...options,
  });
}

const unaborted = new AbortController().signal;
const wanted = { kind: 'image', signal: unaborted } as const;

async function outcome(fetching: Promise<Media>): Promise<string> {
  return await fetching.then(
    ({ mediaType, bytes }) => `${mediaType} of ${bytes.length} bytes`,
    (thrown) => {
      const { kind, message } = asFailure(thrown);
      return kind === 'request-invalid' ? message.replace(/:\d{4,5}/g, '') : `${kind}: ${message}`;
    },
  );
}

const cannot = 'The image at files.example cannot be fetched:';

describe('what is not public', () => {
  test('is never connected to, in more than 300 spellings', async () => {
    const listener = await canary();
    const urls = privateUrls(listener.port);
    expect(urls.length).toBeGreaterThan(300);
    const resolve = async (): Promise<readonly string[]> => ['127.0.0.1'];
    const nothingOpen = guardedMedia({
      clock: systemClock,
      timeoutMs: 2_000,
      resolve,
      ports: [80, 443, listener.port],
    });
    const otherOpen = guardedMedia({
      clock: systemClock,
      timeoutMs: 2_000,
      resolve,
      ports: [80, 443, listener.port],
      allow: [{ host: 'files.opened' }, { address: '192.0.2.64', prefix: 26, port: listener.port }],
    });
    const through: string[] = [];
    for (const url of urls) {
      for (const fetchMedia of [nothingOpen, otherOpen]) {
        const failure = await fetchMedia(url, wanted).then(() => undefined, asFailure);
        if (failure?.kind !== 'request-invalid') through.push(`${url} ${failure?.message}`);
        if (/ENOTFOUND|ECONN|127\.0\.0\.1 /.test(failure?.message ?? '')) through.push(`${url} ${failure?.message}`);
      }
    }
    expect({ through, connections: listener.accepted() }).toEqual({ through: [], connections: 0 });
    // The listener is one that could have been reached.
    const open = guardedMedia({
      clock: systemClock,
      allow: [{ address: '127.0.0.0', prefix: 8, port: listener.port }],
    });
    expect(await outcome(open(`http://127.0.0.1:${listener.port}/`, wanted))).toBe(`image/png of ${png.length} bytes`);
    expect(listener.accepted()).toBe(1);
  });

  test('says nothing of what it answered, once it is opened', async () => {
    const listener = await canary(({ socket, text }) => {
      const path = text.split(' ')[1] ?? '';
      if (path === '/page') socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret');
      if (path === '/none') socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      if (path === '/away') socket.end(moved('http://10.0.0.1/secret'));
      if (path === '/closed') socket.destroy();
      if (path === '/large') socket.end(image('', 'x'.repeat(2_000)));
    });
    const fetchMedia = guardedMedia({
      clock: systemClock,
      timeoutMs: 300,
      maxBytes: 1_000,
      allow: [{ host: 'files.example', port: listener.port }],
      resolve: async () => ['127.0.0.1'],
    });
    const paths = ['/page', '/none', '/away', '/closed', '/large', '/silent'];
    const said = await Promise.all(paths.map((path) => outcome(fetchMedia(listener.at(path), wanted))));
    expect(said).toEqual(paths.map(() => `${cannot} nothing usable came from there.`));
    listener.close();
    expect(await outcome(fetchMedia(listener.at('/refused'), wanted))).toBe(
      `${cannot} nothing usable came from there.`,
    );
  });

  test('still says nothing when it leads back to a public place', async () => {
    const outer = await canary(({ socket }) => void socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'));
    const inner = await canary(({ socket }) => void socket.end(moved(outer.at('/'))));
    const fetchMedia = asIfPublic(outer.port, { allow: [{ host: 'inner.corp', port: inner.port }] });
    expect(await outcome(fetchMedia(`http://inner.corp:${inner.port}/`, wanted))).toBe(
      'The image at inner.corp cannot be fetched: nothing usable came from there.',
    );
    expect([inner.accepted(), outer.accepted()]).toEqual([1, 1]);
  });
});

describe('a name', () => {
  test('is resolved once for each visit, and the connection goes where was looked', async () => {
    const listener = await canary();
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const asked: string[] = [];
    const fetchMedia = asIfPublic(listener.port, {
      resolve: async (name) => {
        asked.push(name);
        return answers[asked.length - 1] ?? [];
      },
    });
    expect(await outcome(fetchMedia(listener.at('/'), wanted))).toBe(`image/png of ${png.length} bytes`);
    expect([asked, listener.accepted()]).toEqual([['files.example'], 1]);
    expect(await outcome(fetchMedia(listener.at('/'), wanted))).toBe(
      `${cannot} its host is at no public address that may be reached from here.`,
    );
    expect(listener.accepted()).toBe(1);
  });

  test('is known from the machine unless a test says otherwise', async () => {
    const listener = await canary();
    const fetchMedia = guardedMedia({ clock: systemClock, allow: [{ host: 'localhost', port: listener.port }] });
    expect(await outcome(fetchMedia(`http://localhost:${listener.port}/`, wanted))).toContain('image/png');
    expect(await outcome(fetchMedia('http://nobody-has-this-name.localhost/', wanted))).toContain('no public address');
  });

  test('with a private address among its answers is not connected to', async () => {
    const listener = await canary();
    const fetchMedia = asIfPublic(listener.port, { resolve: async () => ['127.0.0.1', '10.0.0.1'] });
    expect(await outcome(fetchMedia(listener.at('/'), wanted))).toContain('no public address');
    expect(listener.accepted()).toBe(0);
  });

  test('that nobody resolves is given up in time', async () => {
    const clock = handClock();
    const fetchMedia = guardedMedia({ clock, timeoutMs: 700, resolve: () => new Promise(() => undefined) });
    const said = outcome(fetchMedia('http://files.example/', wanted));
    await clock.advance(700);
    expect(await said).toBe('The image at files.example:80 cannot be fetched: it took longer than 700 ms.');
    expect(clock.pending()).toBe(0);
  });
});

test('nothing of the caller goes along: four headers of our own, whatever the URL', async () => {
  const listener = await canary(({ socket, text }) => {
    socket.end(text.startsWith('GET /one') ? moved(`http://other.example:${new URL(listener.url).port}/two`) : image());
  });
  const fetchMedia = asIfPublic(listener.port);
  expect(await outcome(fetchMedia(listener.at('/one?token=t#fragment'), wanted))).toContain('image/png');
  const lines = (host: string, path: string) =>
    [
      `GET ${path} HTTP/1.1`,
      `host: ${host}:${listener.port}`,
      'user-agent: trestle',
      'accept: image/png, image/jpeg, image/gif, image/webp',
      'accept-encoding: identity',
      'Connection: close',
      '',
      '',
    ].join('\r\n');
  expect(listener.heard).toEqual([lines('files.example', '/one?token=t'), lines('other.example', '/two')]);
});

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

describe('a connection', () => {
  test('that is accepted but never secured is given up after five seconds', async () => {
    const clock = handClock();
    const listener = await canary(() => undefined);
    const said = outcome(
      asIfPublic(listener.port, { clock, timeoutMs: 10_000 })(`https://files.example:${listener.port}/`, wanted),
    );
    expect(await becomes(() => listener.requests.length === 1, 1_000)).toBe(true);
    await clock.advance(5_000);
    expect(await said).toBe(`${cannot} it did not accept a connection in time.`);
    expect(clock.pending()).toBe(0);
    expect(await listener.emptied(1_000)).toBe(true);
  });

  test('that is refused, and one that went well, leave no timer', async () => {
    const clock = handClock();
    const listener = await canary();
    const fetchMedia = asIfPublic(listener.port, { clock });
    expect(await outcome(fetchMedia(listener.at('/'), wanted))).toContain('image/png');
    expect(clock.pending()).toBe(0);
    listener.close();
    expect(await outcome(fetchMedia(listener.at('/'), wanted))).toBe(`${cannot} its server could not be reached.`);
    expect(clock.pending()).toBe(0);
  });
});

describe('a caller who leaves', () => {
  test('ends it at once, with a reason of their own', async () => {
    const listener = await canary(() => undefined);
    const caller = new AbortController();
    const fetching = asIfPublic(listener.port)(listener.at('/'), { kind: 'image', signal: caller.signal });
    expect(await becomes(() => listener.accepted() === 1, 1_000)).toBe(true);
    caller.abort(new Failure('caller-gone', 'gone'));
    expect(await outcome(fetching)).toBe('caller-gone: gone');
    expect(await listener.emptied(1_000)).toBe(true);
  });

  test('before it began connects to nothing and leaves no timer', async () => {
    const listener = await canary();
    const clock = handClock();
    const signal = AbortSignal.abort(new Failure('caller-gone', 'gone'));
    expect(await outcome(asIfPublic(listener.port, { clock })(listener.at('/'), { kind: 'image', signal }))).toBe(
      'caller-gone: gone',
    );
    expect([listener.accepted(), clock.pending()]).toEqual([0, 0]);
  });
});

test('a URL that is none is refused without being repeated', async () => {
  const fetchMedia = guardedMedia({ clock: systemClock, resolve: async () => [] });
  expect(await outcome(fetchMedia('https://user:canary@files.example/', wanted))).toBe(
    'The URL of this image cannot be fetched: it has a user before its host.',
  );
});

function gzipped(): Buffer {
  const bomb = gzipSync(Buffer.alloc(10_000_000));
  const head = `HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bomb]);
}
