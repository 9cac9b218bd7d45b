import { describe, expect, test } from 'bun:test';
import { textWire } from '../../../test/json-wire.ts';
import { recorded } from '../../../test/recordings.ts';
import { refused } from '../../../test/refused.ts';
import type { Caching } from '../../core/envelope.ts';
import { isJsonObject } from '../../core/json.ts';
import { utf8Bytes } from '../text.ts';
import { envelope } from './envelope.ts';

const least = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hi' }] };

describe('the envelope of a chat request', () => {
  test('has what a gateway must know, and only what was said', () => {
    expect(read(least)).toEqual({
      model: 'gpt-5-mini',
      stream: false,
      streamUsage: false,
      choices: 1,
      unmeasured: [],
      bytes: JSON.stringify(least).length,
      caching: 'none',
    });
  });

  test('reads every member that it knows', () => {
    const request = {
      ...least,
      model: 'fast "é"',
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      n: 3,
      max_tokens: 100,
      user: 'anna',
      safety_identifier: 'other',
      service_tier: 'flex',
    };
    expect(read(request)).toEqual({
      model: 'fast "é"',
      stream: true,
      streamUsage: true,
      choices: 3,
      maxOutputTokens: 100,
      endUser: 'anna',
      serviceTier: 'flex',
      unmeasured: [],
      bytes: utf8Bytes(JSON.stringify(request)).length,
      caching: 'none',
    });
  });

  test('takes null for absent', () => {
    const nulls = { stream: null, stream_options: null, n: null, max_tokens: null, max_completion_tokens: null };
    const others = { user: null, safety_identifier: null, service_tier: null, web_search_options: null, prompt: null };
    const { bytes: _, ...rest } = read({ ...least, ...nulls, ...others });
    const { bytes: __, ...expected } = read(least);
    expect(rest).toEqual(expected);
  });

  test('tells what is to be kept in a cache, wherever that is said', () => {
    const [breakpoint, control] = [{ mode: 'explicit' }, { type: 'ephemeral', ttl: '5m' }];
    const tool = (more: object) => ({ type: 'function', function: { name: 'f', ...more } });
    const saying = (content: object) => [{ role: 'user', content: [{ type: 'text', text: 'Hi', ...content }] }];
    const asked: readonly (readonly [object, Caching])[] = [
      [{ messages: saying({ prompt_cache_breakpoint: breakpoint }) }, 'short'],
      [{ messages: saying({ prompt_cache_breakpoint: { ...breakpoint, ttl: '30m' } }) }, 'long'],
      [{ messages: saying({ cache_control: control }) }, 'short'],
      [{ messages: saying({ cache_control: 'https://example.com' }) }, 'long'],
      [{ messages: [{ ...least.messages[0], cache_control: control }] }, 'short'],
      [{ cache_control: { ...control, ttl: '1h' } }, 'long'],
      [{ tools: [{ ...tool({}), cache_control: control }] }, 'short'],
      [{ tools: [tool({ cache_control: control })] }, 'short'],
      [{ tools: [tool({ parameters: { properties: { cache_control: control } } })] }, 'none'],
      [{ functions: [{ name: 'f', cache_control: control }] }, 'short'],
      [{ prompt_cache_key: 'a', messages: saying({ text: '{"cache_control":{}}' }) }, 'none'],
    ];
    expect(asked.map(([request]) => read({ ...least, ...request }).caching)).toEqual(asked.map(([, found]) => found));
    expect(asked.flatMap(([request]) => read({ ...least, ...request }).unmeasured)).toEqual([]);
  });

  test('takes the larger of two limits, and either alone', () => {
    expect(read({ ...least, max_tokens: 5, max_completion_tokens: 7 }).maxOutputTokens).toBe(7);
    expect(read({ ...least, max_tokens: 9, max_completion_tokens: 7 }).maxOutputTokens).toBe(9);
    expect(read({ ...least, max_tokens: null, max_completion_tokens: 7 }).maxOutputTokens).toBe(7);
  });

  test('takes the safety identifier for the end user where there is no other', () => {
    expect(read({ ...least, safety_identifier: 'hash' }).endUser).toBe('hash');
    expect(read({ ...least, user: '', safety_identifier: 'hash' }).endUser).toBe('hash');
    expect(read({ ...least, user: '' })).not.toHaveProperty('endUser');
  });

  test('names the inputs that nobody can measure from the request', () => {
    const part = (type: string, value: unknown) => ({ type, [type]: value });
    const content = [
      part('image_url', { url: 'https://example.com/cat.png', detail: 'low' }),
      part('image_url', 'HTTPS://example.com/cat.png'),
      part('image_url', { url: 'data:image/png;base64,AAAA' }),
      part('image_url', 'data:image/png;base64,AAAA'),
      part('file', { file_id: 'file-1' }),
      part('file', { file_data: 'data:application/pdf;base64,AAAA', filename: 'https://not.input/' }),
      part('file', { file_data: 'https://example.com/a.pdf' }),
      part('input_audio', { data: 'AAAA', format: 'wav' }),
      part('input_audio', { data: 'https://example.com/a.wav' }),
      part('input_audio', 's3://bucket/a.wav'),
      part('video_url', { url: ' gs://bucket/a.mp4' }),
      part('document_url', 'https://example.com/a.pdf'),
      { type: 'text', text: 'https://example.com', annotations: [{ url_citation: { url: 'https://example.com' } }] },
    ];
    const request = {
      ...least,
      tools: [{ type: 'function', function: { parameters: { properties: { image_url: 'https://example.com' } } } }],
      messages: [
        { role: 'user', content },
        { role: 'assistant', audio: { id: 'audio_1' } },
        { role: 'user', audio: null },
      ],
      prompt: { id: 'pmpt_1' },
      previous_response_id: 'resp_1',
      web_search_options: {},
    };
    expect(read(request).unmeasured).toEqual([
      'previous_response_id',
      'web_search_options',
      'prompt',
      'messages[0].content[0].image_url',
      'messages[0].content[1].image_url',
      'messages[0].content[4].file.file_id',
      'messages[0].content[6].file.file_data',
      'messages[0].content[8].input_audio',
      'messages[0].content[9].input_audio',
      'messages[0].content[10].video_url',
      'messages[0].content[11].document_url',
      'messages[1].audio',
    ]);
  });

  test('is not deceived by escapes in a URL', () => {
    const text = JSON.stringify({ ...least, messages: [{ content: [{ image_url: { url: 'https://x/' } }] }] });
    const body = text.replace('"https:', '"\\u0068ttp\\u0073:').replace('image_url', 'im\\u0061ge_url');
    expect(readText(body).unmeasured).toEqual(['messages[0].content[0].image_url']);
  });
});

describe('a chat request that cannot be', () => {
  const requests: readonly (readonly [string, object, string, string])[] = [
    ['has no model', { messages: [1] }, 'model', "Missing required parameter: 'model'"],
    ['has null for a model', { ...least, model: null }, 'model', "Missing required parameter: 'model'"],
    ['has a number for a model', { ...least, model: 5 }, 'model', 'expected a string, but got the number 5 instead'],
    ['has an empty model', { ...least, model: '' }, 'model', 'empty string'],
    ['has no messages', { model: 'm' }, 'messages', "Missing required parameter: 'messages'"],
    [
      'has text for messages',
      { ...least, messages: 'Hi' },
      'messages',
      'expected an array of objects, but got the string "Hi"',
    ],
    ['has an object for messages', { ...least, messages: {} }, 'messages', 'but got an object instead'],
    ['has no message', { ...least, messages: [] }, 'messages', 'Send at least one message'],
    [
      'has text for stream',
      { ...least, stream: 'yes' },
      'stream',
      'expected a boolean, but got the string "yes" instead',
    ],
    ['has a number for stream', { ...least, stream: 1 }, 'stream', 'but got the number 1 instead'],
    ['has a list for stream options', { ...least, stream_options: [] }, 'stream_options', 'expected an object'],
    [
      'has text for include_usage',
      { ...least, stream_options: { include_usage: 'yes' } },
      'stream_options.include_usage',
      'expected a boolean, but got "yes" instead',
    ],
    ['asks for no choice', { ...least, n: 0 }, 'n', 'Expected a value >= 1, but got 0'],
    ['asks for a negative choice', { ...least, n: -1 }, 'n', 'Expected a value >= 1, but got -1'],
    ['asks for 129 choices', { ...least, n: 129 }, 'n', 'Expected a value <= 128, but got 129'],
    ['asks for half a choice', { ...least, n: 1.5 }, 'n', 'expected a whole number, but got the number 1.5'],
    ['asks for choices in text', { ...least, n: '2' }, 'n', 'expected a whole number, but got the string "2"'],
    ['has a negative limit', { ...least, max_tokens: -5 }, 'max_tokens', 'Expected a value >= 1'],
    [
      'has a limit of nothing',
      { ...least, max_completion_tokens: 0 },
      'max_completion_tokens',
      'Expected a value >= 1',
    ],
    ['has an endless limit', { ...least, max_tokens: 1e300 }, 'max_tokens', 'Expected a value <= 9007199254740991'],
    ['has an object for the user', { ...least, user: {} }, 'user', 'expected a string, but got an object'],
    [
      'has a number for the tier',
      { ...least, service_tier: 1 },
      'service_tier',
      'expected a string, but got the number 1',
    ],
    ['spells stream another way', { ...least, STREAM: true }, 'STREAM', "Some servers would read it as 'stream'"],
    ['has the model twice but for case', { ...least, Model: 'x' }, 'Model', "Some servers would read it as 'model'"],
    ['has a long s for an s', { ...least, 'me\u017fsages': [] }, 'me\u017fsages', "read it as 'messages'"],
    ['has a Kelvin sign for a k', { ...least, 'max_to\u212aens': 1 }, 'max_to\u212aens', "read it as 'max_tokens'"],
    [
      'spells include_usage another way',
      { ...least, stream_options: { Include_Usage: true } },
      'stream_options.Include_Usage',
      "read it as 'include_usage'",
    ],
  ];
  for (const [name, request, param, sentence] of requests) {
    test(`and ${name} is refused by name`, () => {
      const problem = refused(() => read(request));
      expect({ kind: problem?.kind, param: problem?.details.param, message: problem?.message }).toEqual({
        kind: 'request-invalid',
        param,
        message: expect.stringContaining(sentence),
      });
      expect(problem?.message).toContain(param.split('.').at(-1) ?? '');
    });
  }

  test('and is no strict JSON is refused too', () => {
    expect(() => readText('{"model":"a","mod\\u0065l":"b"}')).toThrow('has the key "model" a second time');
  });

  test('is not what members of other vendors make of it', () => {
    const vendors = {
      top_k: 5,
      reasoning: { effort: 'low' },
      'X-Custom': 1,
      models: ['a'],
      Provider: {},
      thinking: null,
    };
    expect(read({ ...least, ...vendors }).model).toBe('gpt-5-mini');
  });
});

test.skipIf(recorded('openai-chat').length === 0)('every recorded chat request has its envelope', () => {
  let ran = 0;
  for (const { id, requestBody } of recorded('openai-chat')) {
    if (
      !isJsonObject(requestBody) ||
      !Array.isArray(requestBody['messages']) ||
      typeof requestBody['model'] !== 'string'
    )
      continue;
    const { model, stream = false, stream_options, max_tokens, max_completion_tokens, n } = requestBody;
    const seen = read(requestBody);
    const usage = isJsonObject(stream_options) && stream_options['include_usage'] === true;
    const limit = max_completion_tokens ?? max_tokens ?? undefined;
    expect<unknown[]>([id, seen.model, seen.stream, seen.streamUsage, seen.choices, seen.maxOutputTokens]).toEqual([
      id,
      model,
      stream,
      usage,
      n ?? 1,
      limit,
    ]);
    ran += 1;
  }
  console.log(`  envelopes of recorded requests: ${ran} cases`);
  expect(ran).toBeGreaterThan(400);
});

function read(request: object) {
  return readText(JSON.stringify(request));
}

function readText(text: string) {
  return envelope(textWire(text));
}
