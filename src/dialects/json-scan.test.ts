import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Failure } from '../core/failure.ts';
import { scanJson, watchFor } from './json-scan.ts';
import { utf8Bytes, utf8Text } from './text.ts';

describe('the structure of a body', () => {
  test('says where each top-level member begins and ends', () => {
    const text = ' { "model" : "m", "mod\\u0065s":[1, {"model":"x"}],\n"é":\t-1.5e3 } ';
    const members = [...scanJson(utf8Bytes(text)).members.values()].map(({ key, ...at }) => ({
      key,
      spelled: utf8Text(utf8Bytes(text), at.keyStart, at.keyEnd),
      value: utf8Text(utf8Bytes(text), at.valueStart, at.valueEnd),
    }));
    expect(members).toEqual([
      { key: 'model', spelled: '"model"', value: '"m"' },
      { key: 'modes', spelled: '"mod\\u0065s"', value: '[1, {"model":"x"}]' },
      { key: 'é', spelled: '"é"', value: '-1.5e3' },
    ]);
  });

  test('names the watched keys below one member, with their paths', () => {
    const text =
      '{"url":"no","tools":[{"url":"no"}],"messages":[{"url":"a"},{"content":[{"u\\u0072l":{"b c":{"url":[]}}},[[{"url":2}]]]}]}';
    const { watched } = scanJson(utf8Bytes(text), watchFor({ messages: { keys: ['url', 'file_id'] } }));
    const seen = watched.map(({ key, path, valueStart, valueEnd }) => [key, path, text.slice(valueStart, valueEnd)]);
    expect(seen).toEqual([
      ['url', 'messages[0].url', '"a"'],
      ['url', 'messages[1].content[0].url["b c"].url', '[]'],
      ['url', 'messages[1].content[0].url', '{"b c":{"url":[]}}'],
      ['url', 'messages[1].content[1][0][0].url', '2'],
    ]);
  });

  test('names the watched keys of each member, as deep as is asked', () => {
    const text = '{"a":{"x":1,"y":[{"x":2,"z":{"x":3}}]},"b":[{"x":4,"y":{"x":5}}],"c":{"x":6}}';
    const watch = watchFor({ a: { keys: ['x'], steps: 4 }, b: { keys: ['x', 'y'], steps: 3 } });
    const paths = scanJson(utf8Bytes(text), watch).watched.map(({ path }) => path);
    expect(paths).toEqual(['a.x', 'a.y[0].x', 'b[0].x', 'b[0].y']);
  });

  test('names a watched key among many', () => {
    const many = Array.from({ length: 12 }, (_, index) => `"k${index}":{"url":0}`).join(',');
    const { watched } = scanJson(
      utf8Bytes(`{"messages":{${many},"url":1}}`),
      watchFor({ messages: { keys: ['url', 'k3', 'k11'] } }),
    );
    const paths = watched.map(({ path }) => path);
    expect(paths.filter((path) => !path.endsWith('.url'))).toEqual(['messages.k3', 'messages.k11']);
    expect(paths.at(-1)).toBe('messages.url');
    expect(paths.length).toBe(15);
  });

  test('is read alike however an object is spelled', () => {
    const strict = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    const spelled = fc.dictionary(key(), strict).chain((value) => spelling(value).map((text) => ({ value, text })));
    fc.assert(
      fc.property(spelled, ({ value, text }) => {
        const bytes = utf8Bytes(text);
        const members = [...scanJson(bytes).members.values()];
        const parsed = members.map(({ key: name, valueStart, valueEnd }) => [
          name,
          JSON.parse(utf8Text(bytes, valueStart, valueEnd)),
        ]);
        expect(Object.fromEntries(parsed)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('strict JSON', () => {
  const extra =
    /second time|surrogate|__proto__|beyond all range|more than 128|where an object should begin|byte order/;

  test('is taken and refused as JSON.parse does, but for what strictness adds', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.constantFrom(...'{}[]",:\\/ u0019eE+-.ntf\t\n\u0000\u001f\u007fé'),
      fc.boolean(),
    );
    const text = fc
      .tuple(fc.dictionary(key(), fc.jsonValue()), fc.array(damage, { maxLength: 3 }))
      .map(([value, damages]) => {
        let damaged = JSON.stringify(value);
        for (const [place, character, replaces] of damages) {
          const at = place % (damaged.length + 1);
          damaged = damaged.slice(0, at) + character + damaged.slice(at + (replaces ? 1 : 0));
        }
        return damaged;
      });
    fc.assert(
      fc.property(text, (damaged) => {
        const problem = refusal(utf8Bytes(damaged));
        if (problem === undefined) expect(JSON.parse(damaged)).toBeObject();
        else if (!extra.test(problem.message)) expect(() => JSON.parse(damaged)).toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  test('holds inside long strings, where most of the text is jumped over', () => {
    const piece = fc.oneof(
      fc.nat(700).map((length) => 'x'.repeat(length)),
      fc.constantFrom(
        '\\n',
        '\\"',
        '\\\\',
        '\\u00e9',
        '\\ud83d\\ude00',
        'é',
        '😀',
        '\u0001',
        '\n',
        '\\x',
        '\\u00g0',
        '"',
        '\\',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `{"a":"${pieces.join('')}","b":"${'y'.repeat(300)}"}`;
        const problem = refusal(utf8Bytes(text));
        if (problem === undefined) expect(JSON.parse(text)).toBeObject();
        else if (!extra.test(problem.message)) expect(() => JSON.parse(text)).toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  test('finds a control character wherever it stands in a long string', () => {
    const bytes = utf8Bytes(`{"a":"${'x'.repeat(200_000)}"}`);
    const near = [0, 65_536, 131_072].flatMap((edge) => Array.from({ length: 400 }, (_, step) => edge + step));
    for (const at of near) {
      bytes[6 + at] = 0x1f;
      expect(refusal(bytes)?.message).toContain(
        `has the byte 0x1f bare inside a string, where it must be escaped, at byte ${6 + at}`,
      );
      bytes[6 + at] = 0x78;
    }
  });

  const bodies: readonly (readonly [string, string | Uint8Array, string, string?])[] = [
    ['nothing', '', 'is empty where an object should stand at byte 0'],
    ['a list', '[1]', 'has "[" where an object should begin at byte 0'],
    ['a byte order mark', '\ufeff{}', 'begins with a byte order mark at byte 0'],
    [
      'UTF-16',
      new Uint8Array([0x7b, 0, 0x22, 0]),
      'has the byte 0x00 where a key in double quotes should stand at byte 1',
    ],
    ['an overlong encoding', bytesOf('{"a":"', [0xc0, 0xaf], '"}'), 'is not valid UTF-8 at byte 6'],
    ['half a character', bytesOf(`{"a":"${'é'.repeat(4096)}`, [0xc3], '"}'), 'is not valid UTF-8 at byte 8198'],
    ['a second value', '{} {}', 'goes on with "{" after its end at byte 3'],
    ['a trailing comma', '{"a":[1,]}', 'has "]" where a value should stand at byte 8, in a[1]', 'a[1]'],
    ['a missing comma', '{"a":1 "b":2}', 'has "\\"" where a comma or a closing brace should stand at byte 7'],
    ['a missing colon', '{"a" 1}', 'has "1" where a colon should stand at byte 5, in a', 'a'],
    ['a bare word', '{"a":NaN}', 'has "N" where a value should stand at byte 5, in a', 'a'],
    ['half a literal', '{"a":nul}', 'has "}" where null should go on at byte 8, in a', 'a'],
    ['a leading zero', '{"a":01}', 'has "1" where a comma or a closing brace should stand at byte 6'],
    ['a bare point', '{"a":1.}', 'has "}" where a digit should stand at byte 7, in a', 'a'],
    ['an endless number', `{"a":${'9'.repeat(1e6)}}`, 'has a number of more than 128 characters at byte 5, in a', 'a'],
    ['an infinite number', '{"a":1e999}', 'has a number beyond all range at byte 5, in a', 'a'],
    ['a cut string', '{"a":"b', 'ends inside a string at byte 7, in a', 'a'],
    ['an odd escape', '{"a":"\\q"}', 'has "q" behind a backslash at byte 6, in a', 'a'],
    ['half a surrogate pair', '{"a":"\\ud83dx"}', 'has half a surrogate pair at byte 6, in a', 'a'],
    ['the other half', '{"a":"\\ude00"}', 'has half a surrogate pair at byte 6, in a', 'a'],
    ['a prototype', '{"a":[{"__proto__":{}}]}', 'has the key "__proto__"', 'a[0]'],
    ['a disguised prototype', '{"\\u005f_proto__":{}}', 'has the key "__proto__"'],
    [
      'the same key twice',
      '{"model":1,"model":2}',
      'has the key "model" a second time in the same object at byte 11',
      'model',
    ],
    ['a disguised key', '{"model":1,"mod\\u0065l":2}', 'has the key "model" a second time', 'model'],
    ['a key twice, deep down', '{"a":[0,{"b":{"c":1,"d":2,"c":3}}]}', 'has the key "c" a second time', 'a[1].b.c'],
    ['a level too many', '{"a":'.repeat(65) + '1'.padEnd(66, '}'), 'is nested deeper than 64 levels at byte 320'],
  ];
  for (const [name, body, sentence, param] of bodies) {
    test(`refuses ${name}, saying where`, () => {
      const problem = refusal(typeof body === 'string' ? utf8Bytes(body) : body);
      expect({ message: problem?.message, kind: problem?.kind }).toEqual({
        message: expect.stringContaining(`The JSON body ${sentence}`),
        kind: 'request-invalid',
      });
      if (param !== undefined) expect(problem?.details).toEqual({ param });
    });
  }

  test('takes 64 levels, names of Object.prototype and 10,000 members, and knows each key among them', () => {
    const members = Array.from({ length: 9_999 }, (_, index) => `"k${index}":{"constructor":1,"toString":2}`).join(',');
    expect(refusal(utf8Bytes(`{${members}}`))).toBeUndefined();
    expect(refusal(utf8Bytes('{"a":'.repeat(64) + '1'.padEnd(65, '}')))).toBeUndefined();
    for (const key of ['k0', 'k8', 'k4711', '\\u006b9998']) {
      expect(refusal(utf8Bytes(`{${members},"${key}":1}`))?.message).toContain('a second time');
    }
  });
});

describe('hostile bodies', () => {
  const heap = (name: string, body: string, answer: string) => ({ name, body: utf8Bytes(body), answer });
  const bodies = [
    heap('2 MB of brackets', '['.repeat(2e6), 'where an object should begin'),
    heap('2 MB of nested lists', `{"a":${'['.repeat(2e6)}`, 'deeper than 64'),
    heap('400,000 nested objects', '{"a":'.repeat(4e5), 'deeper than 64'),
    heap(
      '500,000 keys',
      `{${Array.from({ length: 5e5 }, (_, key) => `"k${key}":1`).join(',')}}`,
      'more than 10000 members',
    ),
    heap('a number of 1 MB', `{"a":${'1'.repeat(1e6)}}`, 'more than 128'),
    heap('a million escaped quotes and no end', `{"a":"${'\\"'.repeat(1e6)}`, 'ends inside a string'),
    heap('a string that never ends', `{"a":"${'x'.repeat(4e6)}`, 'ends inside a string'),
  ];
  for (const { name, body, answer } of bodies) {
    test(`${name} are answered at once`, () => {
      const began = performance.now();
      const problem = refusal(body);
      expect(problem?.message).toContain(answer);
      // Measured at 0.1 to 6 ms on an idle machine; the bound only tells linear from worse.
      expect(performance.now() - began).toBeLessThan(250);
    });
  }

  test('leave Object.prototype as it was', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      refusal(utf8Bytes(`{"a":{"${key}":{"polluted":1}},"${key}":{"polluted":1}}`));
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect('polluted' in {}).toBe(false);
  });
});

function refusal(bytes: Uint8Array): Failure | undefined {
  try {
    scanJson(bytes);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown;
    throw thrown;
  }
}

function bytesOf(...parts: readonly (string | readonly number[])[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...utf8Bytes(part)] : [...part])));
}

function key(): fc.Arbitrary<string> {
  const usual = fc.constantFrom('model', 'a', 'b', 'stream', 'Model', 'é', '"', '\\', ' ');
  return fc.oneof(usual, fc.string()).filter((name) => name !== '__proto__');
}

/** A value in JSON with chance white space and needless escapes. */
function spelling(value: unknown): fc.Arbitrary<string> {
  const gap = fc.constantFrom('', '', ' ', '\n', '\t \r');
  return fc.array(gap, { minLength: 1, maxLength: 9 }).map((gaps) => {
    let next = 0;
    const space = (): string => gaps[next++ % gaps.length] ?? '';
    const spell = (one: unknown): string => {
      if (Array.isArray(one)) return `[${space()}${one.map(spell).join(`${space()},${space()}`)}${space()}]`;
      if (typeof one === 'object' && one !== null) {
        const members = Object.entries(one).map(([name, of]) => `${escaped(name)}${space()}:${space()}${spell(of)}`);
        return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
      }
      return typeof one === 'string' ? escaped(one) : JSON.stringify(one);
    };
    return space() + spell(value) + space();
  });
}

function escaped(text: string): string {
  return JSON.stringify(text).replace(/e|\//g, (letter) => (letter === 'e' ? '\\u0065' : '\\/'));
}
