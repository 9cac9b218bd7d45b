import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { jsonWire, textWire } from '../../../test/json-wire.ts';
import { chunk, done, follow, sse, usage } from '../../../test/rooms/openai-sights.ts';
import { cuts, everySize } from '../../../test/sse-text.ts';
import type { Json } from '../../core/json.ts';
import type { Sight } from '../../core/reply.ts';
import { utf8Bytes, utf8Text } from '../text.ts';
import { peek } from './peek.ts';

const counted = { tokens: { input: 9, output: 4 } };

const message = { role: 'assistant', content: 'Grüße' };

describe('a whole answer', () => {
  const answer = { id: 'a', choices: [{ index: 0, message }] };
  const bodies: readonly (readonly [string, string, Sight['usage']])[] = [
    ['at its end', JSON.stringify({ ...answer, usage }), counted],
    [
      'before other members',
      JSON.stringify({ ...answer, usage, service_tier: 'x', nested: { a: [{}] } }, undefined, 2),
      counted,
    ],
    ['at its beginning', JSON.stringify({ usage, ...answer }), counted],
    ['far from its end', JSON.stringify({ usage, ...answer, padding: 'x'.repeat(5000) }), counted],
    ['under a disguised key', JSON.stringify({ ...answer, usage }).replace('"usage"', '"us\\u0061ge"'), counted],
    [
      'twice, when the last counts',
      `{"usage":{"prompt_tokens":1,"completion_tokens":1},${JSON.stringify({ usage }).slice(1)}`,
      counted,
    ],
    [
      'and not in its text',
      JSON.stringify({
        usage,
        choices: [{ message: { content: '"usage":{"prompt_tokens":1,"completion_tokens":1}}' } }],
      }),
      counted,
    ],
    [
      'and not in its depth',
      JSON.stringify({ usage, x: { usage: { prompt_tokens: 1, completion_tokens: 1 } } }),
      counted,
    ],
    [
      'and not in a list',
      JSON.stringify({ usage, x: [{ usage: { prompt_tokens: 1, completion_tokens: 1 } }] }),
      counted,
    ],
    ['and not in a key', JSON.stringify({ usage, 'a"usage': { prompt_tokens: 1, completion_tokens: 1 } }), counted],
    ['nowhere', JSON.stringify(answer), undefined],
    ['as null', JSON.stringify({ ...answer, usage: null }), undefined],
    ['only in its text', JSON.stringify({ choices: [{ message: { content: JSON.stringify({ usage }) } }] }), undefined],
    ['only in its depth', JSON.stringify({ a: { usage } }), undefined],
    ['in what is no object', JSON.stringify([{ usage }]), undefined],
    ['in what is no JSON', `<html>${JSON.stringify({ usage })}`, undefined],
    ['in half an answer', JSON.stringify({ ...answer, usage }).slice(0, -1), undefined],
    ['in nothing', '', undefined],
  ];
  for (const [name, body, expected] of bodies) {
    test(`shows the usage that stands ${name}`, () => {
      const sight = peek.whole(textWire(body));
      expect({ usage: sight.usage, usageInvalid: sight.usageInvalid, terminal: sight.terminal }).toEqual({
        usage: expected,
        usageInvalid: undefined,
        terminal: true,
      });
    });
  }

  test('tells how much it says', () => {
    const body = {
      usage,
      choices: [{ message }, { message: { tool_calls: [{ function: { arguments: '{"a":1}' } }] } }],
    };
    const { producedBytes, producedFrames } = peek.whole(jsonWire(body));
    expect({ producedBytes, producedFrames }).toEqual({ producedBytes: 7 + 7, producedFrames: 1 });
    const silent = peek.whole(textWire('no JSON'));
    expect([silent.producedBytes, silent.producedFrames]).toEqual([0, 0]);
  });

  test('whose usage cannot be says so', () => {
    const body = utf8Bytes(JSON.stringify({ ...answer, usage: { prompt_tokens: -1, completion_tokens: '5' } }));
    expect(peek.whole({ kind: 'json', bytes: body })).toMatchObject({ usageInvalid: true });
  });

  test('that is an error in truth shows the failure', () => {
    const wrong = { error: { message: 'Too many requests', code: 429 } };
    const { failure, usage: none } = peek.whole(jsonWire(wrong));
    expect({ kind: failure?.kind, message: failure?.message, none }).toEqual({
      kind: 'provider-rate-limited',
      message: 'Too many requests',
      none: undefined,
    });
    for (const right of [answer, { ...answer, error: null }, { ...answer, usage, error: 'beside' }]) {
      expect(peek.whole(jsonWire(right)).failure).toBeUndefined();
    }
  });

  test('of any shape shows what JSON.parse finds', () => {
    const lookalike = fc.constantFrom<Json>(usage, { usage }, [{ usage }], '"usage":{}', '"usage', null, {
      usage: null,
    });
    const key = fc.constantFrom('usage', 'a', 'x"usage', 'usage"', 'choices');
    const body = fc.dictionary(key, fc.oneof(lookalike, fc.dictionary(key, lookalike)));
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const sight = peek.whole(textWire(text));
        const own = value['usage'];
        expect(sight.usage).toEqual(own === usage ? counted : undefined);
      }),
      { numRuns: 1000 },
    );
  });
});

const added = JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [], usage, obfuscation: 'x' });

describe('a stream', () => {
  const said = (bytes: number, frames: number) => ({ producedBytes: bytes, producedFrames: frames });
  const text = sse(
    chunk({ role: 'assistant', content: '' }, { usage: null }),
    chunk({ content: 'Grüße' }),
    chunk({ content: '"a\\\n' }),
  );
  const streams: readonly (readonly [string, string, string | undefined, Sight])[] = [
    ['with usage added', text + sse(added) + done, text + done, { ...said(11, 2), usage: counted, terminal: true }],
    ['without usage', text + done, text + done, { ...said(11, 2), terminal: true }],
    ['without an end', text, text, { ...said(11, 2), terminal: false }],
    [
      'with usage on a chunk with choices, again and again',
      sse(chunk({ content: 'a' }, { usage: { ...usage, completion_tokens: 1 } }), chunk({ content: 'b' }, { usage })) +
        done,
      undefined,
      { ...said(2, 2), usage: counted, terminal: true },
    ],
    [
      'with other news beside the usage',
      sse(JSON.stringify({ choices: [], usage, prompt_filter_results: [{ prompt_index: 0 }] })) + done,
      undefined,
      { ...said(0, 0), usage: counted, terminal: true },
    ],
    [
      'with no news beside the usage',
      sse(JSON.stringify({ choices: [], usage, prompt_filter_results: [], service_tier: null, provider: 'P' })) + done,
      done,
      { ...said(0, 0), usage: counted, terminal: true },
    ],
    [
      'with filter results first',
      sse(JSON.stringify({ choices: [], prompt_filter_results: [{}], usage: null })) + text + done,
      undefined,
      { ...said(11, 2), terminal: true },
    ],
    [
      "with Groq's usage in its old place",
      sse(chunk({}, { x_groq: { id: 'r', usage } })) + done,
      undefined,
      { ...said(0, 0), usage: counted, terminal: true },
    ],
    [
      'with usage that cannot be',
      sse(chunk({ content: 'a' }, { usage: { prompt_tokens: -5, completion_tokens: 1 } })) + done,
      undefined,
      { ...said(1, 1), usageInvalid: true, terminal: true },
    ],
    [
      'with usage that is no JSON',
      sse('{"choices":[],"usage":{"prompt_tokens":NaN}}') + done,
      undefined,
      { ...said(0, 0), usageInvalid: true, terminal: true },
    ],
    [
      'with CRLF',
      (text + sse(added) + done).replaceAll('\n', '\r\n'),
      (text + done).replaceAll('\n', '\r\n'),
      { ...said(11, 2), usage: counted, terminal: true },
    ],
    [
      'with comments and odd spacing',
      `: hi\n\n:\n\n${text.replaceAll('data: ', 'data:')}\n\ndata: [DONE] \n\n`,
      undefined,
      { ...said(11, 2), terminal: true },
    ],
    [
      'with a byte order mark',
      `\ufeff${sse(chunk({ content: 'ab' }))}${done}`,
      undefined,
      { ...said(2, 1), terminal: true },
    ],
    [
      'with more after its end',
      text + done + sse(chunk({ content: 'more' })) + done,
      text + done,
      { ...said(11, 2), terminal: true },
    ],
    [
      'with data over several lines',
      `data: {"choices":[\ndata: {"delta":{"content":"ab"}}]}\n\n${done}`,
      undefined,
      { ...said(2, 1), terminal: true },
    ],
    [
      'with spaced JSON',
      sse(chunk({ content: 'ab', refusal: null }).replaceAll(':', ' : ').replaceAll(',', ' , ')) + done,
      undefined,
      { ...said(2, 1), terminal: true },
    ],
    [
      'with all kinds of output',
      sse(
        chunk({ reasoning_content: 'é', content: null }),
        chunk({ reasoning: 'abc', reasoning_content: 'abc' }),
        chunk({ refusal: 'no' }),
        chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"a"' } }, { custom: { input: 'x' } }] }),
        chunk({ function_call: { arguments: '{}' } }),
        chunk({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: '!' },
          ],
        }),
        chunk({ content: '\u00e9\ud83d\ude00' }).replace('é', '\\u00e9'),
        JSON.stringify({ choices: [{ delta: { content: 'a' } }, { delta: { content: 'b' } }] }),
      ) + done,
      undefined,
      { ...said(2 + 3 + 2 + 5 + 2 + 3 + 6 + 2, 8), terminal: true },
    ],
    [
      'that speaks of usage, errors and ends',
      sse(chunk({ content: '"usage":{"x":1} "error":{} data: [DONE]\n\n' })) + done,
      undefined,
      { ...said(41, 1), terminal: true },
    ],
  ];
  for (const [name, stream, hidden, sight] of streams) {
    test(`${name} is followed alike however it is cut`, () => {
      const whole = utf8Bytes(stream);
      for (const pieces of cuts(whole, [whole.length, ...everySize], [name])) {
        expect(follow(pieces, true)).toEqual({ text: hidden ?? stream, sight, torn: false });
        const open = follow(pieces, false);
        expect(open).toEqual({ text: stream.slice(0, open.text.length), sight, torn: false });
        expect(open.text.length).toBe(stream.includes(done.trim()) ? firstEnd(stream) : stream.length);
      }
    });
  }

  test('gives whole frames only, and knows when one is torn', () => {
    const eye = peek.stream({ hideUsage: true });
    const [one, two] = [sse(chunk({ content: 'a' })), sse(chunk({ content: 'b' }))];
    const first = eye.push(utf8Bytes(one + two.slice(0, 30)));
    expect(utf8Text(first.bytes, 0, first.bytes.length)).toBe(one);
    expect(eye.end()).toEqual({ torn: true });
    const rest = eye.push(utf8Bytes(two.slice(30)));
    expect(utf8Text(rest.bytes, 0, rest.bytes.length)).toBe(two);
    expect(eye.end()).toEqual({ torn: false });
  });

  test('forwards the very piece where it holds whole frames', () => {
    const piece = utf8Bytes(sse(chunk({ content: 'a' }), chunk({ content: 'b' })));
    expect(peek.stream({ hideUsage: true }).push(piece).bytes).toBe(piece);
  });
});

function firstEnd(stream: string): number {
  const at = stream.search(/^data: ?\[DONE\]/m);
  return at === -1 ? stream.length : stream.slice(at).search(/\n\r?\n/) + at + (stream.includes('\r\n') ? 3 : 2);
}
