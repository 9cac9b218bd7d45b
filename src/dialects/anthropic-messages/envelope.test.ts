import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { jsonWire, textWire } from '../../../test/json-wire.ts';
import { recorded } from '../../../test/recordings.ts';
import { refused } from '../../../test/refused.ts';
import type { Caching } from '../../core/envelope.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { utf8Bytes } from '../text.ts';
import { countEnvelope, envelope } from './envelope.ts';

const least = { model: 'claude-opus-4-6', max_tokens: 1024, messages: [{ role: 'user', content: 'Hi' }] };

describe('the envelope of a request', () => {
  test('has what a gateway must know, and only what was said', () => {
    expect(read(least)).toEqual({
      model: 'claude-opus-4-6',
      stream: false,
      streamUsage: true,
      choices: 1,
      maxOutputTokens: 1024,
      unmeasured: [],
      bytes: JSON.stringify(least).length,
      caching: 'none',
    });
  });

  test('reads every member that it knows', () => {
    const request = {
      ...least,
      model: 'fast "é"',
      max_tokens: 0,
      stream: true,
      metadata: { user_id: 'anna' },
      service_tier: 'standard_only',
    };
    expect(read(request)).toEqual({
      model: 'fast "é"',
      stream: true,
      streamUsage: true,
      choices: 1,
      maxOutputTokens: 0,
      endUser: 'anna',
      serviceTier: 'standard_only',
      unmeasured: [],
      bytes: utf8Bytes(JSON.stringify(request)).length,
      caching: 'none',
    });
  });

  test('takes null for absent, and an empty user for none', () => {
    const nulls = {
      stream: null,
      metadata: null,
      service_tier: null,
      container: null,
      mcp_servers: null,
      thread: null,
    };
    const { bytes: _, ...rest } = read({ ...least, ...nulls });
    const { bytes: __, ...expected } = read(least);
    expect(rest).toEqual(expected);
    for (const metadata of [{}, { user_id: null }, { user_id: '' }])
      expect(read({ ...least, metadata })).not.toHaveProperty('endUser');
  });

  test('tells what is to be kept in a cache, wherever that is said and however it is spelled', () => {
    const control = { type: 'ephemeral' };
    const hour = { ...control, ttl: '1h' };
    const user = (content: readonly object[]) => [{ role: 'user', content }];
    const asked: readonly (readonly [object, Caching | undefined])[] = [
      [{ cache_control: null, system: 'cache_control' }, 'none'],
      [{ cache_control: control }, 'short'],
      [{ system: [{ type: 'text', text: 'a', cache_control: { ttl: '5m', ...control } }] }, 'short'],
      [{ tools: [{ name: 'f', input_schema: {}, cache_control: control }] }, 'short'],
      [{ tools: [{ name: 'f', input_schema: { properties: { cache_control: hour } } }] }, 'none'],
      [{ messages: user([{ type: 'text', text: 'a', cache_control: control }]) }, 'short'],
      [
        { messages: user([{ type: 'tool_result', content: [{ type: 'text', text: 'a', cache_control: hour }] }]) },
        'long',
      ],
      [{ cache_control: control, system: [{ type: 'text', text: 'a', cache_control: hour }] }, 'long'],
      [{ cache_control: { ...control, scope: 'global' } }, 'long'],
      [{ cache_control: 'ephemeral' }, 'long'],
      [{ cache_control: { type: 'x'.repeat(200) } }, 'long'],
      [{ thread: { type: 'create' } }, undefined],
      [{ context_management: { edits: [] } }, undefined],
    ];
    expect(asked.map(([request]) => read({ ...least, ...request }).caching)).toEqual(asked.map(([, found]) => found));
    const disguised = (value: string) =>
      readText(JSON.stringify(least).replace('{', `{"cache\\u005fcontrol":${value},`));
    expect(disguised('{"type":"ephemeral"}').caching).toBe('short');
    expect(disguised('{"type":"ephemeral","\\u0074tl":"1h"}').caching).toBe('long');
    expect(disguised('{ "type" : "ephemeral" , "ttl" : "5m" }').caching).toBe('short');
  });

  test('names the inputs that nobody can measure from the request', () => {
    const image = (source: object) => ({ type: 'image', source });
    const document = (source: object) => ({ type: 'document', source });
    const url = { type: 'url', url: 'https://example.com/cat.png' };
    const file = { type: 'file', file_id: 'file_1' };
    const inside = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    const content = [
      image(url),
      image(file),
      image(inside),
      image({ type: 'url', url: 'data:image/png;base64,AAAA' }),
      document({ ...url, url: ' HTTPS://example.com/a.pdf' }),
      document(file),
      document({ type: 'text', media_type: 'text/plain', data: 'https://example.com' }),
      document({ type: 'content', content: [image(inside), image(url)] }),
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [image(inside), image(file)] },
      { type: 'container_upload', file_id: 'file_2' },
      { type: 'search_result', source: 'https://example.com', title: 'a', content: [{ type: 'text', text: 'b' }] },
      { type: 'text', text: 'https://example.com', citations: [{ url: 'https://example.com' }] },
    ];
    const source = { url: 'https://example.com', file_id: 'file_3' };
    const input = { url: 'https://example.com', source, definition: { type: 'web_search' } };
    const added = (definition: object) => ({ type: 'tool_addition', tool: { type: 'tool_definition', definition } });
    const request = {
      ...least,
      tools: [
        { name: 'f', input_schema: { type: 'object', properties: { type: { type: 'string', const: 'x' } } } },
        { type: 'custom', name: 'g', input_schema: { type: 'object' } },
        { type: 'web_search_20250305', name: 'web_search' },
        { type: 'bash_20250124', name: 'bash' },
        { type: 'web_fetch_20260318', name: 'web_fetch' },
        { type: 'code_execution_20260120', name: 'code_execution' },
        { type: 'tool_search_tool_bm25', name: 'tool_search_tool_bm25' },
        { type: 'mcp_toolset', mcp_server_name: 'a' },
        { type: 'browser_toolset_20260801' },
        { type: 'tomorrows_20270101', name: 'x' },
      ],
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_2', name: 'f', input }] },
        { role: 'system', content: [added({ name: 'f' }), added({ type: 'web_search_20260209' })] },
      ],
      container: { id: 'container_1' },
      mcp_servers: [{ type: 'url', url: 'https://example.com/mcp', name: 'a' }],
      thread: { type: 'continue', previous_message_id: 'msg_1' },
    };
    expect(read(request).unmeasured.toSorted()).toEqual(
      [
        'container',
        'mcp_servers',
        'thread',
        'tools[2]',
        'tools[4]',
        'tools[5]',
        'tools[7]',
        'tools[9]',
        'messages[0].content[0].source',
        'messages[0].content[1].source',
        'messages[0].content[4].source',
        'messages[0].content[5].source',
        'messages[0].content[7].source.content[1].source',
        'messages[0].content[8].content[1].source',
        'messages[0].content[9].file_id',
        'messages[2].content[1].tool.definition',
      ].toSorted(),
    );
  });

  test('knows that no servers, and a thread that begins, bring nothing', () => {
    expect(read({ ...least, mcp_servers: [], thread: { type: 'create' } }).unmeasured).toEqual([]);
  });

  test('is not deceived by escapes in a URL, a key or the name of a tool', () => {
    const text = JSON.stringify({
      ...least,
      tools: [{ type: 'web_search_20250305' }],
      messages: [{ content: [{ source: { url: 'https://x/' } }] }],
    });
    const body = text
      .replace('"https:', '"\\u0068ttp\\u0073:')
      .replace('"url"', '"ur\\u006c"')
      .replace('"web_', '"\\u0077eb\\u005f')
      .replace('"type"', '"t\\u0079pe"');
    expect(readText(body).unmeasured).toEqual(['messages[0].content[0].source', 'tools[0]']);
  });
});

describe('the envelope of a question for the number of tokens', () => {
  test('needs no limit', () => {
    const { max_tokens: _, ...request } = least;
    expect(countEnvelope(jsonWire(request))).toEqual({
      model: 'claude-opus-4-6',
      stream: false,
      streamUsage: true,
      choices: 1,
      unmeasured: [],
      bytes: JSON.stringify(request).length,
      caching: 'none',
    });
  });

  test('has no stream, but may say so', () => {
    const asking = (stream: boolean) => () => countEnvelope(textWire(JSON.stringify({ ...least, stream })));
    expect(asking(true)).toThrow('stream: Extra inputs are not permitted. A count comes whole; leave it out.');
    expect(asking(false)()).toMatchObject({ stream: false });
  });
});

describe('a request that cannot be', () => {
  const requests: readonly (readonly [string, object, string, string])[] = [
    ['has no model', { ...least, model: undefined }, 'model', 'model: Field required'],
    ['has null for a model', { ...least, model: null }, 'model', 'model: Field required'],
    [
      'has a number for a model',
      { ...least, model: 5 },
      'model',
      'model: Input should be a valid string, but it is the number 5.',
    ],
    ['has an empty model', { ...least, model: '' }, 'model', 'model: String should have at least 1 character'],
    ['has no messages', { ...least, messages: undefined }, 'messages', 'messages: Field required'],
    [
      'has text for messages',
      { ...least, messages: 'Hi' },
      'messages',
      'messages: Input should be a valid list, but it is the string "Hi".',
    ],
    ['has an object for messages', { ...least, messages: {} }, 'messages', 'valid list, but it is an object.'],
    ['has no message', { ...least, messages: [] }, 'messages', 'messages: at least one message is required'],
    [
      'has no limit',
      { ...least, max_tokens: undefined },
      'max_tokens',
      'max_tokens: Field required. Say how many tokens the answer may have at most.',
    ],
    ['has a limit of null', { ...least, max_tokens: null }, 'max_tokens', 'max_tokens: Field required'],
    [
      'has a negative limit',
      { ...least, max_tokens: -1 },
      'max_tokens',
      'max_tokens: Input should be greater than or equal to 0, but it is -1.',
    ],
    [
      'has half a token for a limit',
      { ...least, max_tokens: 0.5 },
      'max_tokens',
      'valid integer, but it is the number',
    ],
    ['has text for a limit', { ...least, max_tokens: '5' }, 'max_tokens', 'valid integer, but it is the string "5".'],
    ['has an endless limit', { ...least, max_tokens: 1e300 }, 'max_tokens', 'less than or equal to 9007199254740991'],
    ['has text for stream', { ...least, stream: 'yes' }, 'stream', 'stream: Input should be a valid boolean'],
    ['has a number for stream', { ...least, stream: 1 }, 'stream', 'valid boolean, but it is the number 1.'],
    ['has text for metadata', { ...least, metadata: 'anna' }, 'metadata', 'metadata: Input should be a valid object'],
    [
      'has a number for the user',
      { ...least, metadata: { user_id: 5 } },
      'metadata.user_id',
      'metadata.user_id: Input should be a valid string, but it is 5.',
    ],
    [
      'has a number for the tier',
      { ...least, service_tier: 1 },
      'service_tier',
      'service_tier: Input should be a valid',
    ],
    ['has text for MCP servers', { ...least, mcp_servers: 'a' }, 'mcp_servers', 'mcp_servers: Input should be a valid'],
    ['has text for a thread', { ...least, thread: 'a' }, 'thread', 'thread: Input should be a valid object'],
    ['spells stream another way', { ...least, STREAM: true }, 'STREAM', "Some servers would read it as 'stream'"],
    ['has the model twice but for case', { ...least, Model: 'x' }, 'Model', "Some servers would read it as 'model'"],
    ['has a long s for an s', { ...least, 'me\u017fsages': [] }, 'me\u017fsages', "read it as 'messages'"],
    ['has a Kelvin sign for a k', { ...least, 'max_to\u212aens': 1 }, 'max_to\u212aens', "read it as 'max_tokens'"],
    [
      'spells the user another way',
      { ...least, metadata: { User_Id: 'a' } },
      'metadata.User_Id',
      "metadata.User_Id: Extra inputs are not permitted. Some servers would read it as 'user_id'",
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
    });
  }

  const bodies: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, string])[] = [
    ['has a key twice', '{"model":"a","mod\\u0065l":"b"}', 'has the key "model" a second time'],
    ['has a key twice in its depth', '{"metadata":{"user_id":"a","user_id":"b"}}', 'a second time'],
    ['is as deep as a mine', `{"messages":${'['.repeat(1e5)}`, 'is nested deeper than 64 levels'],
    [
      'is nothing but keys',
      `{${Array.from({ length: 5e5 }, (_, at) => `"k${at}":1`).join(',')}}`,
      'more than 10000 members',
    ],
    ['has a number of a megabyte', `{"max_tokens":${'9'.repeat(1e6)}}`, 'has a number of more than 128 characters'],
    ['has half a surrogate pair', '{"model":"\\ud83d"}', 'has half a surrogate pair'],
    ['has a byte order mark', `\ufeff${JSON.stringify(least)}`, 'begins with a byte order mark'],
    ['is UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0x00]), 'is not valid UTF-8'],
    ['has an overlong slash', new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22]), 'is not valid UTF-8'],
    ['names a prototype', '{"__proto__":{"stream":true}}', 'has the key "__proto__"'],
    ['names a prototype in disguise', '{"metadata":{"__pr\\u006fto__":{}}}', 'has the key "__proto__"'],
    ['is empty', '', 'is empty'],
    ['is a list', '[]', 'where an object should begin'],
  ];
  for (const [name, body, sentence] of bodies) {
    test(`and ${name} is refused at once, and harms nobody`, () => {
      const bytes = typeof body === 'string' ? utf8Bytes(body) : body;
      const startedAt = performance.now();
      expect(() => envelope({ kind: 'json', bytes })).toThrow(sentence);
      expect(performance.now() - startedAt).toBeLessThan(100);
      expect(Reflect.ownKeys(Object.prototype)).not.toContain('stream');
    });
  }

  test('is not what members unknown to us make of it', () => {
    const unknown = { constructor: 1, toString: 'x', 'X-Custom': 1, top_n: 5, Provider: {}, valueOf: null };
    expect(read({ ...least, ...unknown }).model).toBe('claude-opus-4-6');
  });

  test('is refused as such, whatever it is, or has the envelope that JSON.parse finds', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom<Json>('', null, 0, 5, true, [{}], {}));
    const body = fc.dictionary(fc.constantFrom(...Object.keys(least), 'stream', 'metadata', 'container'), value);
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 1), (extra, indent) => {
        const request: unknown = JSON.parse(JSON.stringify({ ...least, ...extra }));
        if (!isJsonObject(request) || JSON.stringify(request).includes('__proto__')) return;
        const outcome = refused(() => {
          const seen = readText(JSON.stringify(request, undefined, indent));
          const { model, max_tokens, stream } = request;
          expect<unknown[]>([seen.model, seen.maxOutputTokens, seen.stream]).toEqual([
            model,
            max_tokens,
            stream ?? false,
          ]);
        });
        expect(outcome?.kind ?? 'request-invalid').toBe('request-invalid');
      }),
      { numRuns: 2000 },
    );
  });
});

test.skipIf(recorded('anthropic').length === 0)('every recorded request has its envelope', () => {
  let ran = 0;
  for (const { id, endpoint, requestBody } of recorded('anthropic')) {
    if (!isJsonObject(requestBody) || !Array.isArray(requestBody['messages'])) continue;
    // Vertex AI names the model in its path.
    const request = { model: 'claude', ...requestBody };
    const { model, stream = false, max_tokens, metadata } = request as { readonly [name: string]: Json };
    const seen = endpoint === 'count_tokens' ? countEnvelope(jsonWire(request)) : read(request);
    const endUser = isJsonObject(metadata) ? metadata['user_id'] : undefined;
    expect<unknown[]>([id, seen.model, seen.stream, seen.maxOutputTokens, seen.endUser]).toEqual([
      id,
      model,
      stream,
      endpoint === 'count_tokens' ? undefined : max_tokens,
      endUser,
    ]);
    expect({ id, unmeasured: seen.unmeasured.toSorted() }).toEqual({ id, unmeasured: openInputs(request).toSorted() });
    ran += 1;
  }
  console.log(`  envelopes of recorded requests: ${ran} cases`);
  expect(ran).toBeGreaterThan(270);
});

/** No fewer tokens are ever kept. */
const leastKept = 512;

test.skipIf(recorded('anthropic').length === 0)(
  'no recorded answer kept anything in a cache that was not asked for',
  () => {
    let ran = 0;
    for (const { id, endpoint, requestBody, ...answer } of recorded('anthropic')) {
      if (endpoint !== 'messages' || !isJsonObject(requestBody) || !Array.isArray(requestBody['messages'])) continue;
      const { caching, unmeasured } = read({ model: 'claude', ...requestBody });
      const text = JSON.stringify(answer);
      const most = (name: string): number =>
        Math.max(0, ...Array.from(text.matchAll(new RegExp(`${name}\\W+(\\d+)`, 'g')), ([, count]) => Number(count)));
      const [kept, hour] = [most('cache_creation_input_tokens'), most('ephemeral_1h_input_tokens')];
      if (kept < leastKept || unmeasured.length > 0) continue;
      expect({ id, caching, hour: hour > 0 }).toEqual({ id, caching: hour > 0 ? 'long' : 'short', hour: hour > 0 });
      ran += 1;
    }
    console.log(`  recorded answers that kept something in a cache: ${ran} cases`);
    expect(ran).toBeGreaterThan(5);
  },
);

/** The inputs that nobody can measure, found by walking the whole value. */
function openInputs(request: { readonly [name: string]: Json }): readonly string[] {
  const paths: string[] = [];
  const walk = (value: Json | undefined, path: string): void => {
    if (Array.isArray(value)) for (const [at, one] of value.entries()) walk(one, `${path}[${at}]`);
    if (!isJsonObject(value)) return;
    const { type } = value;
    if (path.endsWith('.source') && (type === 'url' || type === 'file')) paths.push(path);
    if (type === 'container_upload') paths.push(`${path}.file_id`);
    walk(value['content'], `${path}.content`);
    walk(value['source'], `${path}.source`);
  };
  walk(request['messages'], 'messages');
  const tools = Array.isArray(request['tools']) ? request['tools'] : [];
  tools.forEach((tool, at) => {
    const type = isJsonObject(tool) ? String(tool['type'] ?? 'custom') : '';
    if (['web_', 'code_', 'mcp_', 'advisor_'].some((start) => type.startsWith(start))) paths.push(`tools[${at}]`);
  });
  for (const name of ['container', 'mcp_servers']) if (request[name] !== undefined) paths.push(name);
  return paths;
}

function read(request: object) {
  return readText(JSON.stringify(request));
}

function readText(text: string) {
  return envelope(textWire(text));
}
