import { describe, expect, test } from 'bun:test';
import { follow, wholeSight } from '../../../test/rooms/anthropic-sights.ts';
import { cuts, everySize } from '../../../test/sse-text.ts';
import type { Json } from '../../core/json.ts';
import type { Sight } from '../../core/reply.ts';
import { utf8Bytes } from '../text.ts';
import { peek } from './peek.ts';

const usage = { input_tokens: 9, cache_read_input_tokens: 3, output_tokens: 4 };

const counted = { tokens: { input: 9, cachedInput: 3, output: 4 } };

describe('a whole answer', () => {
  const answer = { id: 'msg_1', type: 'message', content: [{ type: 'text', text: 'Grüße' }], stop_reason: 'end_turn' };
  const bodies: readonly (readonly [string, string, Sight['usage']])[] = [
    ['at its end', JSON.stringify({ ...answer, usage }), counted],
    ['before other members', JSON.stringify({ ...answer, usage, container: { id: 'a' } }, undefined, 2), counted],
    ['at its beginning', JSON.stringify({ usage, ...answer }), counted],
    ['under a disguised key', JSON.stringify({ ...answer, usage }).replace('"usage"', '"us\\u0061ge"'), counted],
    [
      'and not in the input of a tool',
      JSON.stringify({
        usage,
        content: [{ type: 'tool_use', input: { usage: { input_tokens: 1, output_tokens: 1 } } }],
      }),
      counted,
    ],
    ['nowhere', JSON.stringify(answer), undefined],
    ['only in its depth', JSON.stringify({ a: { usage } }), undefined],
    ['in what is no object', JSON.stringify([{ usage }]), undefined],
    ['in what is no JSON', `<html>${JSON.stringify({ usage })}`, undefined],
    ['in nothing', '', undefined],
  ];
  for (const [name, body, expected] of bodies) {
    test(`shows the usage that stands ${name}`, () => {
      const { usage: seen, usageInvalid, terminal, failure } = wholeSight(body);
      expect({ seen, usageInvalid, terminal, failure }).toEqual({
        ...{ seen: expected, usageInvalid: undefined, terminal: true, failure: undefined },
      });
    });
  }

  test('tells how much it says', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'abcdef' },
      { type: 'text', text: 'Grüße' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
      { type: 'web_search_tool_result', content: [{ type: 'web_search_result', title: 'long' }] },
    ];
    const { producedBytes, producedFrames } = wholeSight(JSON.stringify({ ...answer, content, usage }));
    expect({ producedBytes, producedFrames }).toEqual({ producedBytes: 2 + 7 + 7, producedFrames: 1 });
  });

  test('whose usage cannot be says so', () => {
    const body = JSON.stringify({ ...answer, usage: { input_tokens: -1, output_tokens: '5' } });
    expect(wholeSight(body)).toMatchObject({ usageInvalid: true });
  });

  test('that is an error in its place is a failure', () => {
    const errors: readonly (readonly [Json, string, string])[] = [
      [
        { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
        'provider-overloaded',
        'Overloaded',
      ],
      [{ error: { type: 'rate_limit_error', message: 'slow' } }, 'provider-rate-limited', 'slow'],
      [{ error: 'model not found' }, 'provider-failed', 'model not found'],
    ];
    for (const [body, kind, message] of errors) {
      const { failure, usage: seen } = wholeSight(JSON.stringify(body));
      expect({ kind: String(failure?.kind), message: failure?.message, seen }).toEqual({
        kind,
        message,
        seen: undefined,
      });
    }
  });
});

const event = (type: string, members: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;

const delta = (members: object): string => event('content_block_delta', { index: 0, delta: members });

const text = (said: string): string => delta({ type: 'text_delta', text: said });

const start = event('message_start', { message: { id: 'msg_1', content: [], usage: { ...usage, output_tokens: 1 } } });

const stop = event('message_stop');

const finish = (told: object | null): string =>
  event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: told });

const said = (bytes: number, frames: number) => ({ producedBytes: bytes, producedFrames: frames });

const begun = { tokens: { input: 9, cachedInput: 3 } };

describe('a stream', () => {
  const streams: readonly (readonly [string, string, string | undefined, Sight])[] = [
    [
      'with usage in two places',
      start + event('ping') + text('Grüße') + text('"a\\\n') + finish({ output_tokens: 4 }) + stop,
      undefined,
      { ...said(11, 2), usage: counted, terminal: true },
    ],
    [
      'whose usage is told whole at its end',
      start + text('a') + finish({ input_tokens: 10, cache_read_input_tokens: 0, output_tokens: 5 }) + stop,
      undefined,
      { ...said(1, 1), usage: { tokens: { input: 10, cachedInput: 0, output: 5 } }, terminal: true },
    ],
    [
      'whose usage grows',
      start + finish({ output_tokens: 2 }) + text('a') + finish({ output_tokens: 7 }) + stop,
      undefined,
      { ...said(1, 1), usage: { tokens: { input: 9, cachedInput: 3, output: 7 } }, terminal: true },
    ],
    [
      'that stops short, of which only the input is known',
      start + text('a'),
      undefined,
      { ...said(1, 1), usage: begun, terminal: false },
    ],
    [
      'whose end says nothing of usage',
      start + finish(null) + stop,
      undefined,
      { ...said(0, 0), usage: begun, terminal: true },
    ],
    [
      'that begins with its input alone',
      event('message_start', { message: { usage: { input_tokens: 9 } } }) + finish({ output_tokens: 4 }) + stop,
      undefined,
      { ...said(0, 0), usage: { tokens: { input: 9, output: 4 } }, terminal: true },
    ],
    ['without usage', text('ab') + stop, undefined, { ...said(2, 1), terminal: true }],
    [
      'with usage that cannot be',
      text('a') + finish({ input_tokens: -5, output_tokens: 1 }) + stop,
      undefined,
      { ...said(1, 1), usageInvalid: true, terminal: true },
    ],
    [
      'with usage that is no JSON',
      `event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":NaN}}\n\n${stop}`,
      undefined,
      { ...said(0, 0), usageInvalid: true, terminal: true },
    ],
    [
      'with all kinds of output',
      [
        event('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: 'é', signature: '' } }),
        delta({ type: 'thinking_delta', thinking: 'hm', estimated_tokens: null }),
        delta({ type: 'thinking_delta', thinking: '', estimated_tokens: 50 }),
        delta({ type: 'thinking_delta', thinking: 'abc', estimated_tokens: 50 }),
        delta({ type: 'signature_delta', signature: 'EqQBCgIYAhIM' }),
        event('content_block_start', { index: 1, content_block: { type: 'tool_use', id: 'toolu_1', input: {} } }),
        delta({ type: 'input_json_delta', partial_json: '' }),
        delta({ type: 'input_json_delta', partial_json: '{"a":"b\\n"}' }),
        delta({ type: 'citations_delta', citation: { cited_text: 'long', type: 'char_location' } }),
        delta({ type: 'compaction_delta', content: 'sum' }),
        event('content_block_start', { index: 2, content_block: { type: 'x_tool_result', content: [{ text: 'no' }] } }),
        text('\u00e9\ud83d\ude00').replace('é', '\\u00e9'),
        stop,
      ].join(''),
      undefined,
      { ...said(2 + 2 + 3 + 11 + 3 + 6, 6), terminal: true },
    ],
    [
      'with CRLF',
      (start + text('ab') + stop).replaceAll('\n', '\r\n'),
      undefined,
      { ...said(2, 1), usage: begun, terminal: true },
    ],
    [
      'with comments, padding and odd spacing',
      `: hi\n\n:\n\n${text('ab').replace('}\n', '}          \n')}${text('c').replaceAll(': ', ':')}\n\n${stop}`,
      undefined,
      { ...said(3, 2), terminal: true },
    ],
    ['with a byte order mark', `\ufeff${text('ab')}${stop}`, undefined, { ...said(2, 1), terminal: true }],
    [
      'with data over several lines, and names before and behind',
      'data: {"type":"content_block_delta",\ndata: "delta":{"text":"ab"}}\nevent: content_block_delta\n\n' +
        'event: content_block_delta\ndata: {"type":"content_block_delta",\ndata: "delta":{"text":"c"}}\n\n' +
        stop,
      undefined,
      { ...said(3, 2), terminal: true },
    ],
    ['without names of events', text('ab').slice(27) + stop.slice(20), undefined, { ...said(2, 1), terminal: true }],
    [
      'with names alone',
      `${text('ab').replace('"type":"content_block_delta",', '')}event: message_stop\ndata: {}\n\n`,
      undefined,
      { ...said(2, 1), terminal: true },
    ],
    [
      'whose end is a ruin',
      `${text('ab')}event: message_stop\ndata: [DONE]\n\n`,
      undefined,
      { ...said(2, 1), terminal: true },
    ],
    [
      'with more after its end',
      text('ab') + stop + text('more') + stop,
      text('ab') + stop,
      { ...said(2, 1), terminal: true },
    ],
    [
      'that speaks of usage, errors and ends',
      text('"usage":{"output_tokens":1} "error":{} event: message_stop\n\n"delta":{"text":"x"}') + stop,
      undefined,
      { ...said(80, 1), terminal: true },
    ],
    [
      'with a look-alike beside its delta',
      event('content_block_delta', { a: { delta: { text: 'long' } }, delta: { type: 'text_delta', text: 'ab' } }) +
        stop,
      undefined,
      { ...said(2, 1), terminal: true },
    ],
  ];
  for (const [name, stream, given, sight] of streams) {
    test(`${name} is followed alike however it is cut`, () => {
      const whole = utf8Bytes(stream);
      for (const pieces of cuts(whole, [whole.length, ...everySize], [name])) {
        expect(follow(pieces)).toEqual({ text: given ?? stream, sight, torn: false });
      }
    });
  }

  test('that is torn says so, and gives only what is whole', () => {
    const whole = text('ab');
    expect(follow([utf8Bytes(whole + text('cd').slice(0, -1))])).toMatchObject({ text: whole, torn: true });
  });

  test('of whole frames is given back as it is, without a copy', () => {
    const piece = utf8Bytes(start + text('ab'));
    expect(peek.stream({ hideUsage: true }).push(piece).bytes).toBe(piece);
  });
});

describe('a stream that breaks with an error frame', () => {
  const frames: readonly (readonly [string, string, string, string])[] = [
    [
      "of Anthropic's own",
      event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
      'provider-overloaded',
      'Overloaded',
    ],
    [
      'that only its name shows',
      'event: error\r\ndata: {"message":"slow","type":"rate_limit_error"}\r\n\r\n',
      'provider-rate-limited',
      'slow',
    ],
    [
      'that only its data shows',
      'data: {"type":"error","error":{"type":"api_error","message":"boom"}}\n\n',
      'provider-failed',
      'boom',
    ],
    [
      'that the last of its two names shows',
      text('c').replace('\n\n', '\nevent: error\n\n'),
      'provider-failed',
      'The provider failed and did not say why.',
    ],
    ['of plain text', 'event: error\ndata: oh no\n\n', 'provider-failed', 'oh no'],
    ['of nothing', 'event: error\ndata: {}\n\n', 'provider-failed', 'The provider failed and did not say why.'],
  ];
  for (const [name, frame, kind, sentence] of frames) {
    test(`${name} ends before it, however it is cut`, () => {
      const whole = utf8Bytes(start + text('ab') + frame + text('more') + stop);
      for (const pieces of cuts(whole, [whole.length, ...everySize], [])) {
        const { text: given, sight, torn } = follow(pieces);
        const { failure, terminal, producedBytes: bytes, usage: seen } = sight;
        expect({ given, seen, terminal, bytes, torn, kind: String(failure?.kind), message: failure?.message }).toEqual({
          ...{ given: start + text('ab'), seen: begun, terminal: false, bytes: 2, torn: false },
          ...{ kind, message: sentence },
        });
      }
    });
  }

  test('is not one that has an error of null', () => {
    const stream = text('a').replace('"index"', '"error":null,"index"') + stop;
    expect(follow([utf8Bytes(stream)])).toMatchObject({ text: stream, sight: { terminal: true } });
  });
});
