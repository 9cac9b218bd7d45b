import { describe, expect, test } from 'bun:test';
import { textWire } from '../../../test/json-wire.ts';
import { recorded } from '../../../test/recordings.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';
import type { Loss } from '../../core/loss.ts';
import type { Splices } from '../dialect.ts';
import { utf8Text } from '../text.ts';
import { splice } from './splice.ts';

describe('splices', () => {
  const cases: readonly (readonly [string, string, Splices, string])[] = [
    ['set the model', '{ "model" : "a" , "x":1}', { model: 'b"é' }, '{ "model" : "b\\"é" , "x":1}'],
    ['give a model to a body without one', '{"max_tokens":1}', { model: 'z' }, '{"max_tokens":1,"model":"z"}'],
    ['ask for no usage, which comes unasked', '{"stream":true }', { streamUsage: true }, '{"stream":true }'],
    ['lower the limit', '{"max_tokens": 9 }', { maxOutputTokens: 5 }, '{"max_tokens": 5 }'],
    ['leave a limit that is right', '{"max_tokens":5.0}', { maxOutputTokens: 5 }, '{"max_tokens":5.0}'],
    ['set a limit of nothing', '{"max_tokens":5}', { maxOutputTokens: 0 }, '{"max_tokens":0}'],
    ['limit the output', '{"a":1}', { maxOutputTokens: 5 }, '{"a":1,"max_tokens":5}'],
    ['take runs of members out', '{"a":1,"b":2,"c":3,"d":4}', { without: ['b', 'c'] }, '{"a":1,"d":4}'],
    ['rename a member', '{"a" :1,"x":{"a":2}}', { renamed: { a: 'b' } }, '{"b" :1,"x":{"a":2}}'],
    [
      'are not deceived by text or depth',
      '{"a":"\\"model\\":\\"x\\"","b":{"model":"y"},"model":"z"}',
      { model: 'w' },
      '{"a":"\\"model\\":\\"x\\"","b":{"model":"y"},"model":"w"}',
    ],
  ];
  for (const [name, text, splices, expected] of cases) {
    test(name, () => expect(spliced(text, splices).text).toBe(expected));
  }

  test('that change nothing give the same body back', () => {
    const wire = { ...textWire('{"model":"a","max_tokens":5}'), headers: { 'anthropic-version': '2026-10-21' } };
    const none = { model: 'a', streamUsage: true, maxOutputTokens: 5, without: ['b'], renamed: { c: 'd' } };
    expect(splice(wire, none, nothingLost)).toBe(wire);
  });

  test('keep the headers that are part of what was said', () => {
    const headers = { 'anthropic-version': '2031-01-01', 'anthropic-beta': 'a,b' };
    const { bytes: _, ...rest } = splice({ ...textWire('{"model":"a"}'), headers }, { model: 'b' }, nothingLost);
    expect(rest).toEqual({ kind: 'json', headers });
  });

  test('name the version that all servers know where the caller named none', () => {
    const wire = { ...textWire('{"model":"a"}'), headers: { 'anthropic-beta': 'a' } };
    expect(splice(wire, {}, nothingLost)).toEqual({
      ...wire,
      headers: { 'anthropic-beta': 'a', 'anthropic-version': '2023-06-01' },
    });
  });

  test('tell of what they took out, but not of nulls', () => {
    expect(spliced('{"container":"c","speed":null,"a":1}', { without: ['container', 'speed', 'thread'] })).toEqual({
      text: '{"a":1}',
      losses: [{ path: 'container', why: 'unsupported' }],
    });
  });

  test('refuse what is no strict JSON', () => {
    expect(() => spliced('{"model":"a","model":"b"}', { model: 'c' })).toThrow('a second time');
  });
});

test.skipIf(recorded('anthropic').length === 0)(
  'splices of every recorded request change what they say and no more',
  () => {
    let ran = 0;
    for (const { id, requestBody } of recorded('anthropic')) {
      if (!isJsonObject(requestBody)) continue;
      for (const indent of [undefined, 2]) {
        const source = JSON.stringify(requestBody, undefined, indent);
        for (const splices of everySplice(requestBody)) {
          const { text, losses } = spliced(source, splices);
          expect({ id, splices, after: JSON.parse(text) }).toEqual({
            id,
            splices,
            after: intended(requestBody, splices),
          });
          const gone = (splices.without ?? []).filter((name) => requestBody[name] !== undefined);
          expect({ id, losses }).toEqual({ id, losses: gone.map((path) => ({ path, why: 'unsupported' })) });
          ran += 1;
        }
      }
    }
    console.log(`  splices of recorded requests: ${ran} cases`);
    expect(ran).toBeGreaterThan(2000);
  },
);

/** Each splice alone, and all of them at once. */
function everySplice(request: JsonObject): readonly Splices[] {
  const names = Object.keys(request);
  const without = [names[0] ?? 'a', names.at(-1) ?? 'b', 'absent'].filter((name, at, all) => all.indexOf(name) === at);
  const renamed = { [names[1] ?? 'c']: 'renamed', absent: 'other' };
  return [
    { model: 'other "model" é' },
    { maxOutputTokens: 7 },
    { without: without.filter((name) => name !== 'max_tokens') },
    { renamed },
    { model: 'm', maxOutputTokens: 7, without: ['tools', 'system'].filter((name) => name in request) },
  ];
}

/** The edit in terms of values. */
function intended(request: JsonObject, { model, maxOutputTokens, without = [], renamed = {} }: Splices): JsonObject {
  const kept = Object.entries(request).filter(([name]) => !without.includes(name));
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [renamed[name] ?? name, value])),
    ...(model === undefined ? {} : { model }),
    ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
  };
}

function spliced(text: string, splices: Splices): { readonly text: string; readonly losses: readonly Loss[] } {
  const losses: Loss[] = [];
  const { bytes } = splice(textWire(text), splices, (loss) => losses.push(loss));
  return { text: utf8Text(bytes, 0, bytes.length), losses };
}

function nothingLost(): void {}
