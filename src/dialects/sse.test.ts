import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { recorded } from '../../test/recordings.ts';
import { cuts, sseText } from '../../test/sse-text.ts';
import { type Frame, frameReader, spellFrame, wholeFrameReader } from './sse.ts';
import { blockCutter } from './sse-block.ts';
import { utf8Bytes } from './text.ts';

const everySize = Array.from({ length: 64 }, (_, index) => index + 1);

describe('frames of an event stream', () => {
  const streams: readonly (readonly [string, string, readonly Frame[]])[] = [
    ['data', 'data: a\n\n', [{ data: 'a' }]],
    ['data without a space', 'data:a\ndata:  b\n\n', [{ data: 'a\n b' }]],
    ['CRLF', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', [{ data: 'a\nb' }, { data: 'c' }]],
    ['CR', 'data: a\rdata: b\r\rdata: c\r\r:', [{ data: 'a\nb' }, { data: 'c' }]],
    [
      'mixed line ends',
      'data: a\n\r\ndata: b\r\n\ndata: c\r\n\rdata: d\n\n',
      [{ data: 'a' }, { data: 'b' }, { data: 'c' }, { data: 'd' }],
    ],
    ['blank lines too many', '\n\n\ndata: a\n\n\n\n\ndata: b\n\n', [{ data: 'a' }, { data: 'b' }]],
    ['a byte order mark', '\ufeffdata: a\n\ndata: b\n\n', [{ data: 'a' }, { data: 'b' }]],
    ['a byte order mark later on, which is text', 'data: a\n\n\ufeffdata: b\n\n', [{ data: 'a' }]],
    ['everything', 'event: e\nid: 7\nretry: 30\ndata: a\n\n', [{ event: 'e', id: '7', retry: 30, data: 'a' }]],
    [
      'comments',
      ': keep-alive\n\n:\n:b\ndata: a\n\n',
      [{ comment: ' keep-alive' }, { comment: '' }, { comment: 'b' }, { data: 'a' }],
    ],
    ['empty data', 'data\n\ndata:\n\n', [{ data: '' }, { data: '' }]],
    ['an event without data, which is none', 'event: e\n\ndata: a\n\n', [{ data: 'a' }]],
    ['a wait alone', 'retry: 3000\n\n', [{ retry: 3000 }]],
    ['what no field is', 'hello: x\ndata : y\nretry: 5s\nid: a\0b\ndata: a\n\n', [{ data: 'a' }]],
    ['text beyond ASCII', 'data: grüße 😀\u2028\u0085 \n\n', [{ data: 'grüße 😀\u2028\u0085 ' }]],
    ['a torn end', 'data: a\n\ndata: b\n', [{ data: 'a' }]],
  ];
  for (const [name, text, frames] of streams) {
    test(`are the same for every cut: ${name}`, () => {
      const whole = utf8Bytes(text);
      for (const pieces of cuts(whole, [whole.length, ...everySize], [])) {
        expect(read(pieces)).toEqual(frames);
        expect(readWhole(pieces)).toEqual(frames);
      }
    });
  }

  test('wait for what follows a CR at the end of a piece', () => {
    const reader = frameReader();
    expect(reader.push(utf8Bytes('data: a\r\n\r'))).toEqual([]);
    expect(reader.push(utf8Bytes('\ndata: b\r\r'))).toEqual([{ data: 'a' }]);
    expect(reader.push(utf8Bytes('data: c'))).toEqual([{ data: 'b' }]);
    expect(reader.end()).toEqual({ torn: true });
  });

  test('are torn only where one was begun', () => {
    for (const [text, torn] of [
      ['', false],
      ['data: a\n\n', false],
      ['data: a\n\n\r\n', false],
      ['data: a\n', true],
    ] as const) {
      const reader = frameReader();
      reader.push(utf8Bytes(text));
      expect({ text, ...reader.end() }).toEqual({ text, torn });
    }
  });

  test('never fill the memory: 8 MB without a blank line are refused', () => {
    const reader = frameReader();
    const piece = utf8Bytes('x'.repeat(1024 * 1024));
    for (let count = 0; count < 8; count++) expect(reader.push(piece)).toEqual([]);
    expect(() => reader.push(piece)).toThrow('more than 8388608 bytes of a stream without a blank line');
    const late = frameReader();
    late.push(utf8Bytes('data: a\n\n'));
    expect(() => late.push(utf8Bytes('y'.repeat(9 * 1024 * 1024)))).toThrow('that is no event stream');
  });

  test('of a long text in small pieces cost time in proportion', () => {
    const reader = frameReader();
    const piece = utf8Bytes('z'.repeat(1000));
    for (let count = 0; count < 8000; count++) reader.push(piece);
    expect(reader.push(utf8Bytes('\n\n'))).toEqual([]);
    reader.push(utf8Bytes('data: '));
    for (let count = 0; count < 4000; count++) reader.push(piece);
    expect(reader.push(utf8Bytes('\n\n'))[0]?.data?.length).toBe(4_000_000);
  });

  test.skipIf(recorded('openai-chat').length === 0)('are those of every recorded stream, with LF and with CRLF', () => {
    let ran = 0;
    for (const one of recorded('openai-chat')) {
      const { responseChunks } = one;
      if (responseChunks === undefined) continue;
      const expected = responseChunks.map(({ comment, ...chunk }) =>
        comment === undefined ? chunk : { comment: ` ${comment}` },
      );
      for (const newline of ['LF', 'CRLF'] as const) {
        const bytes = utf8Bytes(sseText({ ...one, sse: { newline } }));
        const short = bytes.length < 4000 && ran % 4 === 0 ? everySize : [17];
        for (const pieces of cuts(bytes, [bytes.length, ...short], [one.id])) {
          expect({ id: one.id, frames: read(pieces) }).toEqual({ id: one.id, frames: expected });
        }
      }
      ran += 1;
    }
    console.log(`  frames of recorded streams: ${ran} cases`);
    expect(ran).toBeGreaterThan(150);
  });
});

describe('a spelled frame', () => {
  test('says what it is', () => {
    expect(spellFrame({ event: 'e', id: '7', retry: 30, data: 'a\nb' })).toBe(
      'event: e\nid: 7\nretry: 30\ndata: a\ndata: b\n\n',
    );
    expect(spellFrame({ comment: ' keep-alive' })).toBe(': keep-alive\n\n');
    expect(spellFrame({ data: '' })).toBe('data: \n\n');
  });

  test('cannot be made to say more by line ends in it', () => {
    const frame = { event: 'a\n\ndata: forged', id: 'b\rdata: forged', comment: 'c\n\ndata: forged' };
    expect(read([utf8Bytes(spellFrame(frame))])).toEqual([
      { comment: 'c' },
      { comment: '' },
      { comment: 'data: forged' },
      { id: 'b data: forged', event: 'a data: forged' },
    ]);
  });

  test('is read back as it was', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\r\n\0]/g, ''));
    const lines = fc.array(line, { minLength: 1, maxLength: 4 }).map((all) => all.join('\n'));
    const event = fc.record({ data: lines, event: line, id: line, retry: fc.nat() }, { requiredKeys: ['data'] });
    const frame: fc.Arbitrary<Frame> = fc.oneof(event, fc.record({ comment: line }));
    fc.assert(
      fc.property(fc.array(frame), fc.integer({ min: 1, max: 9 }), (frames, size) => {
        const bytes = utf8Bytes(frames.map(spellFrame).join(''));
        for (const pieces of cuts(bytes, [size, Math.max(1, bytes.length)], [])) expect(read(pieces)).toEqual(frames);
      }),
    );
  });
});

/** The same, of pieces that were cut into whole blocks before. */
function readWhole(pieces: readonly Uint8Array<ArrayBuffer>[]): readonly Frame[] {
  const cutter = blockCutter();
  const framesIn = wholeFrameReader();
  return pieces.flatMap((piece) => framesIn(cutter.push(piece).bytes));
}

function read(pieces: readonly Uint8Array<ArrayBuffer>[]): readonly Frame[] {
  const reader = frameReader();
  return pieces.flatMap((piece) => reader.push(piece));
}
