import { describe, expect, test } from 'bun:test';
import { handmade, recorded } from '../../../test/recordings.ts';
import { chunk, done, follow, sse, usage } from '../../../test/rooms/openai-sights.ts';
import { cuts, everySize, sseText } from '../../../test/sse-text.ts';
import { utf8Bytes, utf8Text } from '../text.ts';
import { producedBytes, producedIn } from './produced.ts';

describe('a stream that breaks with an error frame', () => {
  const begun = sse(chunk({ content: 'ab' }));
  const frames: readonly (readonly [string, string, string, string])[] = [
    [
      'an error member',
      sse(JSON.stringify({ error: { message: 'boom', type: 'server_error' } })),
      'provider-failed',
      'boom',
    ],
    [
      'an error event',
      `event: error\ndata: {"error":{"message":"slow","code":"rate_limit_exceeded"}}\n\n`,
      'provider-rate-limited',
      'slow',
    ],
    [
      'an error event of another shape',
      `event: error\r\ndata: {"message":"full","type":"overloaded_error"}\r\n\r\n`,
      'provider-overloaded',
      'full',
    ],
    ['an error event of plain text', 'event: error\ndata: oh no\n\n', 'provider-failed', 'oh no'],
    ['an error of text', sse('{"error":"model crashed"}'), 'provider-failed', 'model crashed'],
    ['an error beside text', sse(chunk({ content: '' }, { error: { message: 'oops' } })), 'provider-failed', 'oops'],
    [
      'an error beside choices',
      sse(chunk({ content: '' }, { error: { code: 400, message: 'Token limit reached' }, usage })),
      'provider-refused',
      'Token limit reached',
    ],
  ];
  for (const [name, frame, kind, sentence] of frames) {
    test(`of ${name} ends before it, however it is cut`, () => {
      const whole = utf8Bytes(begun + frame + sse(chunk({ content: 'more' })) + done);
      for (const pieces of cuts(whole, [whole.length, ...everySize], [])) {
        const { text, sight, torn } = follow(pieces, true);
        const { failure, terminal, producedBytes: bytes } = sight;
        expect({ text, terminal, bytes, torn, kind: String(failure?.kind), message: failure?.message }).toEqual({
          ...{ text: begun, terminal: false, bytes: 2, torn: false },
          ...{ kind, message: sentence },
        });
      }
    });
  }

  test('is not one that has an error of null', () => {
    const stream = sse(chunk({ content: 'a' }, { error: null })) + done;
    expect(follow([utf8Bytes(stream)], true)).toMatchObject({ text: stream, sight: { terminal: true } });
  });
});

for (const [name, cases] of [
  ['recorded', recorded('openai-chat')],
  ['hand-made', handmade('openai-chat')],
] as const) {
  const streams = cases.filter(({ responseChunks }) => responseChunks !== undefined);

  test.skipIf(streams.length === 0)(`${name} streams are followed alike however they are cut`, () => {
    let ways = 0;
    for (const one of streams) {
      for (const newline of ['LF', 'CRLF'] as const) {
        const bytes = utf8Bytes(sseText({ ...one, sse: { ...one.sse, newline } }));
        const whole = follow([bytes], true);
        const short = bytes.length < 3000 && newline === 'LF' && ways < 1500;
        const sizes = short ? everySize : [1 + (bytes.length % 64), 1021];
        for (const pieces of cuts(bytes, sizes, [one.id])) {
          expect({ id: one.id, ...follow(pieces, true) }).toEqual({ id: one.id, ...whole });
          ways += 1;
        }
        const open = follow([bytes], false);
        expect({ id: one.id, sight: open.sight }).toEqual({ id: one.id, sight: whole.sight });
        expect(utf8Text(bytes, 0, bytes.length).startsWith(open.text)).toBe(true);
      }
    }
    console.log(`  ${name} streams: ${streams.length} cases, cut in ${ways} ways`);
  });

  test.skipIf(streams.length === 0)(`the quick count of ${name} chunks is that of reading them`, () => {
    let quick = 0;
    let all = 0;
    for (const { id, responseChunks = [] } of streams) {
      for (const { data = '' } of responseChunks) {
        const value = parsed(data);
        if (value === undefined) continue;
        all += 1;
        const bytes = producedIn(`data: ${Buffer.from(data).toString('latin1')}\n\n`);
        if (bytes === undefined) continue;
        quick += 1;
        expect({ id, data, bytes }).toEqual({ id, data, bytes: producedBytes(value) });
      }
    }
    console.log(`  ${name} chunks counted quickly: ${quick} of ${all}`);
    expect(quick).toBeGreaterThan(0);
  });
}

function parsed(data: string) {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
