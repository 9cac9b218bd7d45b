import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { textWire } from '../../../test/json-wire.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Splices } from '../dialect.ts';
import { utf8Text } from '../text.ts';
import { splice } from './splice.ts';

describe('splices', () => {
  const cases: readonly (readonly [string, string, Splices, string])[] = [
    ['set the model', '{ "model" : "a" , "x":1}', { model: 'b"é' }, '{ "model" : "b\\"é" , "x":1}'],
    ['leave a model that is right', '{"mod\\u0065l":"\\u0061"}', { model: 'a' }, '{"mod\\u0065l":"\\u0061"}'],
    [
      'are not deceived by text',
      '{"a":"\\"model\\":\\"x\\"","model":"y"}',
      { model: 'z' },
      '{"a":"\\"model\\":\\"x\\"","model":"z"}',
    ],
    ['are not deceived by depth', '{"a":{"model":"x"},"model":"y"}', { model: 'z' }, '{"a":{"model":"x"},"model":"z"}'],
    ['give a model to a body without one', '{ }', { model: 'z' }, '{"model":"z" }'],
    [
      'ask for usage',
      '{"stream":true }',
      { streamUsage: true },
      '{"stream":true,"stream_options":{"include_usage":true} }',
    ],
    [
      'ask for usage where options are null',
      '{"stream_options":null}',
      { streamUsage: true },
      '{"stream_options":{"include_usage":true}}',
    ],
    [
      'ask for usage beside other options',
      '{"stream_options":{ "x":1}}',
      { streamUsage: true },
      '{"stream_options":{"include_usage":true, "x":1}}',
    ],
    [
      'ask for usage in empty options',
      '{"stream_options":{ }}',
      { streamUsage: true },
      '{"stream_options":{"include_usage":true }}',
    ],
    [
      'ask for usage that was declined',
      '{"stream_options":{"include_usage": false}}',
      { streamUsage: true },
      '{"stream_options":{"include_usage": true}}',
    ],
    [
      'leave usage that was asked for',
      '{"stream_options":{"include_usage":true}}',
      { streamUsage: true },
      '{"stream_options":{"include_usage":true}}',
    ],
    [
      'leave usage alone',
      '{"stream_options":{"include_usage":true}}',
      { streamUsage: false },
      '{"stream_options":{"include_usage":true}}',
    ],
    ['limit the output', '{"a":1}', { maxOutputTokens: 5 }, '{"a":1,"max_completion_tokens":5}'],
    ['lower the old limit', '{"max_tokens": 9 }', { maxOutputTokens: 5 }, '{"max_tokens": 5 }'],
    [
      'lower both limits',
      '{"max_tokens":9,"max_completion_tokens":8}',
      { maxOutputTokens: 5 },
      '{"max_tokens":5,"max_completion_tokens":5}',
    ],
    [
      'pass over a limit of null',
      '{"max_completion_tokens":null,"max_tokens":9}',
      { maxOutputTokens: 5 },
      '{"max_completion_tokens":null,"max_tokens":5}',
    ],
    ['fill a limit of null', '{"max_tokens":null}', { maxOutputTokens: 5 }, '{"max_tokens":5}'],
    ['leave a limit that is right', '{"max_tokens":5.0}', { maxOutputTokens: 5 }, '{"max_tokens":5.0}'],
    ['take the first member out', '{ "a":1 , "b":2}', { without: ['a'] }, '{ "b":2}'],
    ['take the last member out', '{ "a":1 , "b":2 }', { without: ['b'] }, '{ "a":1 }'],
    ['take all members out', '{ "a":1 , "b":2 }', { without: ['a', 'b'] }, '{  }'],
    ['take runs of members out', '{"a":1,"b":2,"c":3,"d":4,"e":5}', { without: ['b', 'c', 'e'] }, '{"a":1,"d":4}'],
    ['put a member in where all went out', '{"a":1}', { without: ['a'], model: 'm' }, '{"model":"m"}'],
    ['rename a member', '{"a" :1,"x":{"a":2}}', { renamed: { a: 'b' } }, '{"b" :1,"x":{"a":2}}'],
    [
      'rename what they add',
      '{"a":1}',
      { maxOutputTokens: 5, renamed: { max_completion_tokens: 'max_tokens' } },
      '{"a":1,"max_tokens":5}',
    ],
    [
      'rename and limit at once',
      '{"max_completion_tokens":9}',
      { maxOutputTokens: 5, renamed: { max_completion_tokens: 'max_tokens' } },
      '{"max_tokens":5}',
    ],
    [
      'rename onto a name that is null',
      '{"max_tokens":null,"max_completion_tokens":9}',
      { renamed: { max_completion_tokens: 'max_tokens' } },
      '{"max_tokens":9}',
    ],
    [
      'say a limit as the provider takes it',
      '{"a":1}',
      { maxOutputTokens: 5, without: ['max_completion_tokens'] },
      '{"a":1,"max_tokens":5}',
    ],
    [
      'do not ask for usage where that is not taken',
      '{"a":1,"stream_options":{}}',
      { streamUsage: true, without: ['stream_options'] },
      '{"a":1}',
    ],
  ];
  for (const [name, text, splices, expected] of cases) {
    test(name, () => expect(spliced(text, splices).text).toBe(expected));
  }

  test('that change nothing give the same body back', () => {
    const wire = textWire('{"model":"a","stream_options":{"include_usage":true},"max_tokens":5}');
    const none = { model: 'a', streamUsage: true, maxOutputTokens: 5, without: ['b'], renamed: { c: 'd' } };
    expect(splice(wire, none, nothingLost)).toBe(wire);
    expect(splice(wire, {}, nothingLost)).toBe(wire);
  });

  test('tell of what they took out and of a name that was taken, but not of nulls', () => {
    const text = '{"logprobs":true,"logit_bias":null,"max_completion_tokens":9,"max_tokens":7}';
    const splices = { without: ['logprobs', 'logit_bias', 'n'], renamed: { max_completion_tokens: 'max_tokens' } };
    expect(spliced(text, splices)).toEqual({
      text: '{"max_tokens":7}',
      losses: [
        { path: 'logprobs', why: 'unsupported' },
        { path: 'max_completion_tokens', why: 'superseded' },
      ],
    });
  });

  test('refuse what is no strict JSON', () => {
    expect(() => spliced('{"model":"a","model":"b"}', { model: 'c' })).toThrow('a second time');
  });
});

test('a splice does what it says, and what it does not speak of stays to the byte', () => {
  fc.assert(
    fc.property(body(), wishes(), ({ source, parts }, splices) => {
      const { text, losses } = spliced(source, splices);
      const before: JsonObject = JSON.parse(source);
      expect(JSON.parse(text)).toEqual(intended(before, splices));
      for (const { path } of losses) expect(before[path] ?? null).not.toBeNull();
      parts.forEach((part, at) => {
        if (isTouched(part.name, splices)) return;
        const next = parts[at + 1];
        const alone = next === undefined || isTouched(next.name, splices);
        expect(text).toContain(alone ? part.spelled : `${part.spelled}${part.separator}${next.spelled}`);
      });
    }),
    { numRuns: 3000 },
  );
});

test('a new model leaves every byte before and behind it', () => {
  fc.assert(
    fc.property(body(), fc.string({ minLength: 1 }), ({ source, parts }, model) => {
      const part = parts.find(({ name }) => name === 'model');
      if (part === undefined) return;
      const before = source.slice(0, source.indexOf(part.spelled) + part.spelled.length - part.value.length);
      const behind = source.slice(before.length + part.value.length);
      const spelled = JSON.parse(part.value) === model ? part.value : JSON.stringify(model);
      expect(spliced(source, { model }).text).toBe(before + spelled + behind);
    }),
    { numRuns: 500 },
  );
});

/** The edit in terms of values. */
function intended(before: JsonObject, splices: Splices): JsonObject {
  const after = new Map<string, Json>(Object.entries(before));
  const { model, streamUsage, maxOutputTokens, without = [], renamed = {} } = splices;
  for (const name of without) after.delete(name);
  const names = Object.entries(renamed).filter(([from]) => after.has(from));
  for (const [from, to] of names) {
    if (!after.has(to) || from === to) continue;
    if (after.get(to) === null) after.delete(to);
    else after.delete(from);
  }
  if (model !== undefined) after.set('model', model);
  if (streamUsage === true && !without.includes('stream_options')) {
    const options = after.get('stream_options');
    after.set('stream_options', { ...(typeof options === 'object' ? options : {}), include_usage: true });
  }
  if (maxOutputTokens !== undefined) {
    const limits = ['max_completion_tokens', 'max_tokens'];
    const there = limits.filter((name) => after.has(name));
    const set = there.filter((name) => after.get(name) !== null);
    const open = limits.filter((name) => !without.includes(name)).slice(0, 1);
    const chosen = set.length > 0 ? set : there.length > 0 ? there.slice(0, 1) : open;
    for (const name of chosen) after.set(name, maxOutputTokens);
  }
  return Object.fromEntries([...after].map(([name, value]) => [renamed[name] ?? name, value]));
}

function isTouched(
  name: string,
  { model, streamUsage, maxOutputTokens, without = [], renamed = {} }: Splices,
): boolean {
  if (without.includes(name) || name in renamed || Object.values(renamed).includes(name)) return true;
  if (name === 'model') return model !== undefined;
  if (name === 'stream_options') return streamUsage === true;
  return maxOutputTokens !== undefined && ['max_tokens', 'max_completion_tokens'].includes(name);
}

interface Part {
  readonly name: string;
  readonly value: string;
  readonly spelled: string;
  readonly separator: string;
}

/** A request with odd white space, escaped keys, and look-alikes of its members in text and in depth. */
function body(): fc.Arbitrary<{ readonly source: string; readonly parts: readonly Part[] }> {
  const space = fc.constantFrom('', '', ' ', '\n  ', '\t', '\r\n');
  const lookalike = fc.constantFrom<Json>('"model":"x"', '\\"model', { model: 'x', stream_options: null }, [
    '}',
    '{"max_tokens":1',
  ]);
  const strict = (text: string): boolean => !text.includes('__proto__');
  const value = fc.jsonValue({ maxDepth: 2 }).map((one) => JSON.stringify(one));
  const anything = fc.oneof(
    lookalike,
    value.filter(strict).map((text): Json => JSON.parse(text)),
  );
  const values: Readonly<Record<string, fc.Arbitrary<Json>>> = {
    model: fc.constantFrom('gpt', 'm"\\', 'é'),
    stream_options: fc.constantFrom<Json>(
      null,
      {},
      { include_usage: true },
      { include_usage: false, x: [1] },
      { x: '}' },
    ),
    max_tokens: fc.constantFrom<Json>(null, 5, 100),
    max_completion_tokens: fc.constantFrom<Json>(null, 5, 100),
  };
  const names = [...Object.keys(values), 'seed', 'logprobs', 'messages', 'é"'];
  const part = (name: string): fc.Arbitrary<Part> =>
    fc
      .record({
        value: values[name] ?? anything,
        around: fc.array(space, { minLength: 4, maxLength: 4 }),
        odd: fc.boolean(),
      })
      .map(({ value: one, around: [a = '', b = '', c = '', d = ''], odd }) => {
        const key = odd ? JSON.stringify(name).replace('e', '\\u0065').replace('o', '\\u006F') : JSON.stringify(name);
        const spelledValue = JSON.stringify(one);
        return { name, value: spelledValue, spelled: `${key}${a}:${b}${spelledValue}`, separator: `${c},${d}` };
      });
  const parts = fc.shuffledSubarray(names).chain((chosen) => fc.tuple(...chosen.map(part)));
  return fc.tuple(parts, space, space).map(([all, before, behind]) => {
    const inside = all.map(({ spelled, separator }, at) => spelled + (at === all.length - 1 ? '' : separator)).join('');
    return { source: `${before}{${behind}${inside}${before}}${behind}`, parts: all };
  });
}

function wishes(): fc.Arbitrary<Splices> {
  return fc.record(
    {
      model: fc.constantFrom('gpt', 'other', 'é"'),
      streamUsage: fc.boolean(),
      maxOutputTokens: fc.constantFrom(5, 77),
      without: fc.subarray(['seed', 'logprobs', 'stream_options', 'max_completion_tokens', 'absent', 'é"']),
      renamed: fc.constantFrom<Record<string, string>>(
        {},
        { max_completion_tokens: 'max_tokens' },
        { seed: 'random_seed', x: 'y' },
      ),
    },
    { requiredKeys: [] },
  );
}

function spliced(text: string, splices: Splices): { readonly text: string; readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const { bytes } = splice(textWire(text), splices, (loss) => losses.push(loss));
  return { text: utf8Text(bytes, 0, bytes.length), losses };
}

function nothingLost(): void {}
