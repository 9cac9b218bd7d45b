import { describe, expect, test } from 'bun:test';
import type { ChatRequest } from '../../core/chat.ts';
import { asFailure, Failure } from '../../core/failure.ts';
import type { Message, Part } from '../../core/message.ts';
import type { FetchMedia, MediaKind, WantedMedia } from '../../core/ports.ts';
import { inline } from './inline.ts';

const { signal } = new AbortController();
const all: readonly MediaKind[] = ['image', 'file', 'audio'];

/** A network in which every URL holds its own path as text. */
function network(
  answer: (url: string, wanted: WantedMedia) => Promise<Uint8Array<ArrayBuffer>> = async (url) => bytesOf(url),
) {
  const asked: string[] = [];
  const fetchMedia: FetchMedia = async (url, wanted) => {
    asked.push(`${wanted.kind} ${url}`);
    return { mediaType: `${wanted.kind}/made`, bytes: await answer(url, wanted) };
  };
  return { asked, fetchMedia, signal };
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const made = (kind: MediaKind, text: string) =>
  ({ kind: 'base64', mediaType: `${kind}/made`, base64: btoa(text) }) as const;
const byUrl = (url: string) => ({ kind: 'url', url }) as const;
const image = (url: string): Part => ({ type: 'image', source: byUrl(url) });
const turn = (role: 'user' | 'tool', ...parts: readonly Part[]): Message => ({ type: 'message', role, parts });
const asking = (...messages: readonly Message[]): ChatRequest => ({ model: 'm', messages, temperature: 0.5 });

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  return await work.then(() => {
    throw new Error('it did not fail');
  }, asFailure);
}

test('URLs of the wanted kinds become bytes, within results of tools too, and nothing else changes', async () => {
  const opaque: Part = { type: 'opaque', dialect: 'openai-chat', wire: { type: 'image', url: 'http://c/' } };
  const question = turn(
    'user',
    { type: 'text', text: 'look', extras: { 'openai-chat': { x: 1 } } },
    {
      type: 'image',
      source: byUrl('http://a/'),
      detail: 'low',
      cacheBreakpoint: { ttl: '5m' },
      extras: { 'openai-chat': { y: 2 } },
    },
    { type: 'file', source: byUrl('http://b/'), name: 'b.pdf' },
    { type: 'file', source: { kind: 'file', id: 'file_1' } },
    { type: 'image', source: { kind: 'base64', mediaType: 'image/png', base64: 'AAAA' } },
    { type: 'audio', source: byUrl('http://d/') },
    opaque,
  );
  const result = turn('tool', {
    type: 'tool-result',
    callId: 'c1',
    parts: [{ type: 'text', text: 't' }, image('http://e/')],
    isError: true,
  });
  const untouched = turn('user', { type: 'text', text: 'http://a/' });
  const request = asking(question, untouched, result);
  const before = structuredClone(request);
  const tools = network();
  const { request: inlined, fetched } = await inline(request, ['image', 'audio'], tools);
  expect(inlined).toEqual({
    ...request,
    messages: [
      turn(
        'user',
        { type: 'text', text: 'look', extras: { 'openai-chat': { x: 1 } } },
        {
          type: 'image',
          source: made('image', 'http://a/'),
          detail: 'low',
          cacheBreakpoint: { ttl: '5m' },
          extras: { 'openai-chat': { y: 2 } },
        },
        { type: 'file', source: byUrl('http://b/'), name: 'b.pdf' },
        { type: 'file', source: { kind: 'file', id: 'file_1' } },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', base64: 'AAAA' } },
        { type: 'audio', source: made('audio', 'http://d/') },
        opaque,
      ),
      untouched,
      turn('tool', {
        type: 'tool-result',
        callId: 'c1',
        parts: [
          { type: 'text', text: 't' },
          { type: 'image', source: made('image', 'http://e/') },
        ],
        isError: true,
      }),
    ],
  });
  expect(fetched).toEqual(['messages[0].parts[1]', 'messages[0].parts[5]', 'messages[2].parts[0].parts[1]']);
  expect(tools.asked).toEqual(['image http://a/', 'audio http://d/', 'image http://e/']);
  expect(request).toEqual(before);
  expect(inlined.messages[1]).toBe(untouched);
});

test('a request without such URLs is the very same one', async () => {
  const request = asking(turn('user', { type: 'file', source: byUrl('http://b/') }, { type: 'text', text: 'x' }));
  const tools = network();
  expect((await inline(request, ['image'], tools)).request).toBe(request);
  expect((await inline(request, [], tools)).request).toBe(request);
  expect(tools.asked).toEqual([]);
});

test('the same URL is fetched once, however often it stands there', async () => {
  const tools = network();
  const { request, fetched } = await inline(
    asking(turn('user', image('http://a/'), image('http://a/')), turn('user', image('http://a/'))),
    all,
    tools,
  );
  expect(tools.asked).toEqual(['image http://a/']);
  expect(fetched).toEqual(['messages[0].parts[0]', 'messages[0].parts[1]', 'messages[1].parts[0]']);
  expect(JSON.stringify(request)).not.toContain('http://a/');
});

describe('bounds', () => {
  test('no more than four are fetched at a time', async () => {
    let running = 0;
    let most = 0;
    const tools = network(async (url) => {
      running += 1;
      most = Math.max(most, running);
      for (let tick = 0; tick < 5; tick += 1) await Promise.resolve();
      running -= 1;
      return bytesOf(url);
    });
    const urls = Array.from({ length: 20 }, (_, at) => image(`http://${at}/`));
    expect((await inline(asking(turn('user', ...urls)), all, tools)).fetched).toHaveLength(20);
    expect([most, tools.asked.length]).toEqual([4, 20]);
  });

  test('the 21st URL of a call is refused where it stands, before anything is fetched', async () => {
    const tools = network();
    const urls = Array.from({ length: 21 }, (_, at) => image(`http://${at}/`));
    const failure = await failureOf(inline(asking(turn('user', ...urls)), all, tools));
    expect([failure.kind, failure.details.param, failure.message]).toEqual([
      'request-invalid',
      'messages[0].parts[20]',
      'More than 20 media are named by URL; send the others as base64.',
    ]);
    expect(tools.asked).toEqual([]);
  });

  test('all together are no larger than 32 MiB, and each is told how much room is left', async () => {
    const rooms: (number | undefined)[] = [];
    const tools = network(async (_, { maxBytes }) => {
      rooms.push(maxBytes);
      return new Uint8Array(9_000_000);
    });
    const urls = Array.from({ length: 6 }, (_, at) => image(`http://${at}/`));
    const failure = await failureOf(inline(asking(turn('user', ...urls)), all, tools));
    expect([failure.kind, failure.details.param, failure.message]).toEqual([
      'request-invalid',
      'messages[0].parts[3]',
      'The media of this request are more than 33554432 bytes together.',
    ]);
    expect(rooms.slice(0, 5)).toEqual([33_554_432, 33_554_432, 33_554_432, 33_554_432, 24_554_432]);
  });
});

describe('a URL that cannot be fetched', () => {
  test('fails the call at its part, and ends what still runs', async () => {
    let ended: unknown;
    const tools = network(async (url, wanted) => {
      if (url === 'http://bad/') throw new Failure('request-invalid', 'The image at bad:80 cannot be fetched: no.');
      return await new Promise((_, reject) => {
        wanted.signal.addEventListener('abort', () => {
          ended = wanted.signal.reason;
          reject(ended);
        });
      });
    });
    const failure = await failureOf(
      inline(
        asking(
          turn('user', image('http://slow/')),
          turn('tool', { type: 'tool-result', callId: 'c', parts: [image('http://bad/')] }),
        ),
        all,
        tools,
      ),
    );
    expect([failure.kind, failure.details.param, failure.message]).toEqual([
      'request-invalid',
      'messages[1].parts[0].parts[0]',
      'The image at bad:80 cannot be fetched: no.',
    ]);
    expect(ended).toBe(failure);
  });

  test('for a reason that is not its own passes that reason on', async () => {
    const gone = new Failure('caller-gone', 'gone');
    const caller = new AbortController();
    const fetchMedia: FetchMedia = (_, wanted) =>
      new Promise((_resolve, reject) => wanted.signal.addEventListener('abort', () => reject(wanted.signal.reason)));
    const work = inline(asking(turn('user', image('http://a/'))), all, { fetchMedia, signal: caller.signal });
    caller.abort(gone);
    expect(await failureOf(work)).toBe(gone);
    const tools = network();
    expect(
      await failureOf(
        inline(asking(turn('user', image('http://a/'))), all, { ...tools, signal: AbortSignal.abort(gone) }),
      ),
    ).toBe(gone);
    expect(tools.asked).toEqual([]);
  });
});

describe('a data URL', () => {
  const inlined = async (url: string): Promise<unknown> => {
    const tools = network();
    const { request, fetched } = await inline(asking(turn('user', { type: 'file', source: byUrl(url) })), all, tools);
    expect([tools.asked, fetched]).toEqual([[], []]);
    const [message] = request.messages;
    return message?.type === 'message' && message.parts[0]?.type === 'file' ? message.parts[0].source : undefined;
  };
  const base64 = (mediaType: string, text: string) => ({ kind: 'base64', mediaType, base64: btoa(text) });

  test('is taken apart in whichever way it is written, and never fetched', async () => {
    expect(await inlined('data:Text/Plain;charset=utf-8;base64,SGk=')).toEqual(base64('text/plain', 'Hi'));
    expect(await inlined('DATA:;BASE64,SGk')).toEqual(base64('text/plain', 'Hi'));
    expect(await inlined('data:image/png;base64,%53Gk%3D')).toEqual(base64('image/png', 'Hi'));
    expect(await inlined('data:text/plain,a%20b%zz%C3%BCü+')).toEqual(base64('text/plain', 'a b%zz\xc3\xbc\xc3\xbc+'));
    expect(await inlined('data:,')).toEqual(base64('text/plain', ''));
  });

  test('that cannot be read is refused at its part', async () => {
    const refused = async (url: string) => {
      const { kind, message, details } = await failureOf(inlined(url));
      expect([kind, details.param]).toEqual(['request-invalid', 'messages[0].parts[0]']);
      return message;
    };
    expect(await refused('data:image/png;base64')).toBe('This data URL has no comma after its media type.');
    expect(await refused('data:image/png;base64,****')).toBe(
      'This data URL says that it is base64, but it cannot be decoded.',
    );
    const vast = new TextDecoder().decode(new Uint8Array(200_000_000).fill(65));
    expect(await refused(`data:image/png;base64,${vast}`)).toBe(
      'This data URL holds more than the 33554432 bytes that are left.',
    );
    expect(await refused(`data:image/png;base64,${vast.slice(0, 50_000_000)}`)).toBe(
      'This data URL holds more than the 33554432 bytes that are left.',
    );
  });
});
