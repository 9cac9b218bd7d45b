import { afterEach, describe, expect, test } from 'bun:test';
import { privateUrls } from '../../test/cases/private-urls.ts';
import { handClock } from '../../test/fakes/hand-clock.ts';
import { becomes } from '../../test/regression/raw-upstream.ts';
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
import { asFailure, Failure } from '../core/failure.ts';
import { systemClock } from './clock.ts';
import { guardedMedia } from './guarded-media.ts';

afterEach(closeAll);

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
