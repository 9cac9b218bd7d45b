import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { providerKinds } from '../providers/index.ts';
import { loadConfig } from './load.ts';
import { ConfigurationError } from './problems.ts';

function refusal(text: string, environment: Readonly<Record<string, string>> = {}): ConfigurationError | undefined {
  const files: Readonly<Record<string, string | undefined>> = {
    'trestle.yaml': text,
    '/run/empty': '\n',
    '/run/lines': 'canary\nkey',
  };
  try {
    loadConfig({ flags: {}, environment, kinds: providerKinds, readFile: (path) => files[path] });
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) return thrown;
    throw thrown;
  }
  return undefined;
}

function mistakes(text: string, environment: Readonly<Record<string, string>> = {}): readonly string[] {
  return (refusal(text, environment)?.problems ?? []).map(({ place, key, sentence }) => `${place} ${key}: ${sentence}`);
}

test('the message is ready for the operator', () => {
  expect(refusal('listen: here\nretry: { attempts: many }')?.message).toBe(
    `The configuration cannot be used, it has 2 mistakes:
  trestle.yaml:1:1  listen: found "here", wanted an address and a port, such as 127.0.0.1:4141.
  trestle.yaml:2:10  retry.attempts: found "many", wanted a whole number of attempts at one target from 1 to 10.`,
  );
});

test('an unknown key is refused with the one that was meant', () => {
  expect(mistakes('lsiten: 127.0.0.1:1\nlog: { levle: info }\nprovidrs: {}')).toEqual([
    'trestle.yaml:1:1 lsiten: there is no such key; did you mean listen? Known here: admin_listen, budgets, data, limits, listen, log, media, models, providers, retry, unknown_price.',
    'trestle.yaml:2:8 log.levle: there is no such key; did you mean level? Known here: level.',
    'trestle.yaml:3:1 providrs: there is no such key; did you mean providers? Known here: admin_listen, budgets, data, limits, listen, log, media, models, providers, retry, unknown_price.',
  ]);
  expect(mistakes('providers:\n  sandbox:\n    prices:\n      echo: { inptu: 1, output: 2 }\n    whatever: 1')).toEqual(
    [
      'trestle.yaml:4:15 providers.sandbox.prices.echo.inptu: there is no such key; did you mean input? Known here: audio_input, audio_output, audio_second, cache_write, cache_write_1h, cached_input, character, compute_second, image, input, instance_usd_per_hour, output, parallel, reasoning, request, service_tiers, tiers, video_second.',
      'trestle.yaml:5:5 providers.sandbox.whatever: there is no such key. Known here: adjust, api_key, api_version, base_url, client_id, client_secret, deployments, free, headers, managed_identity, models, prices, tenant_id, type.',
    ],
  );
});

test('an unknown kind of provider is refused with the nearest and all there are', () => {
  expect(
    mistakes(
      'providers:\n  my-vllm: { type: openai-compatable, base_url: "http://10.0.0.5:8000/v1" }\n  opena: {}\n  claude: {}',
    ),
  ).toEqual([
    'trestle.yaml:2:14 providers.my-vllm.type: there is no kind of provider "openai-compatable"; did you mean openai-compatible? There are anthropic, azure-openai, cerebras, deepseek, fireworks, groq, huggingface, llama.cpp, lmstudio, mistral, ollama, openai, openai-compatible, openrouter, sandbox, together, vllm, xai.',
    'trestle.yaml:3:3 providers.opena: there is no kind of provider "opena"; did you mean openai? Give the entry a type, or name it after one. There are anthropic, azure-openai, cerebras, deepseek, fireworks, groq, huggingface, llama.cpp, lmstudio, mistral, ollama, openai, openai-compatible, openrouter, sandbox, together, vllm, xai.',
    'trestle.yaml:4:3 providers.claude: there is no kind of provider "claude". Give the entry a type, or name it after one. There are anthropic, azure-openai, cerebras, deepseek, fireworks, groq, huggingface, llama.cpp, lmstudio, mistral, ollama, openai, openai-compatible, openrouter, sandbox, together, vllm, xai.',
  ]);
});

test('a difference of a door that the kind does not have is refused with the doors that there are', () => {
  const text = 'providers:\n  groq:\n    api_key: k\n    adjust: { dialects: { openai-chats: { without: [user] } } }';
  expect(mistakes(text)).toEqual([
    'trestle.yaml:4:27 providers.groq.adjust.dialects.openai-chats: groq has no door of this dialect; did you mean openai-chat? It has doors of openai-chat.',
  ]);
  expect(mistakes(text.replace('openai-chats: { without', 'openai-chat: { witout'))).toEqual([
    'trestle.yaml:4:42 providers.groq.adjust.dialects.openai-chat.witout: there is no such key; did you mean without? Known here: ends_unmarked, renamed, usage_unasked, without.',
  ]);
});

test('a vendor whose API has ended is told of in words', () => {
  const ended = /Perplexity ended its chat completions on 2026-09-27; .* Take the entry out\.$/;
  const [byName = '', byType = ''] = mistakes('providers:\n  perplexity: {}\n  search: { type: perplexity }');
  expect(byName).toMatch(/^trestle.yaml:2:3 providers.perplexity: /);
  expect(byType).toMatch(/^trestle.yaml:3:13 providers.search.type: /);
  for (const told of [byName, byType]) expect(told).toMatch(ended);
});

test('what is missing is asked for', () => {
  expect(mistakes('providers: { groq: {}, x: { type: openai-compatible } }')).toEqual([
    'trestle.yaml:1:14 providers.groq.api_key: groq needs a key; set GROQ_API_KEY in the environment, or write api_key here, or false instead of this entry to switch it off.',
    'trestle.yaml:1:24 providers.x.base_url: an entry of the kind openai-compatible needs one; write for example base_url: http://127.0.0.1:8000/v1.',
  ]);
});

test('addresses that cannot be meant are refused', () => {
  const wanted = 'wanted an address and a port, such as 127.0.0.1:4141.';
  const wrong = ['localhost', '4141', '127.0.0.1:70000', '256.0.0.1:1', '::1:4141', ':4141', 'http://127.0.0.1:1', ''];
  expect(wrong.map((listen) => mistakes(`listen: "${listen}"`)[0])).toEqual(
    wrong.map((listen) => `trestle.yaml:1:1 listen: found "${listen}", ${wanted}`),
  );
  expect(mistakes('', { TRESTLE_LISTEN: 'x', TRESTLE_LOG: 'loud' })).toEqual([
    `environment TRESTLE_LISTEN: found "x", ${wanted}`,
    'environment TRESTLE_LOG: found "loud", wanted one of debug, info, warn, error.',
  ]);
});

test('a place that is opened to callers must be one that can be meant', () => {
  const wanted =
    'wanted a host, an address or a range of at most a /8, such as files.internal, 10.0.0.5:9000 or 10.0.0.0/8.';
  expect(mistakes('media:\n  allow: [files.internal, 0.0.0.0/0, "http://files"]\n  timeout_ms: 0')).toEqual([
    `trestle.yaml:2:27 media.allow[1]: found "0.0.0.0/0", ${wanted}`,
    `trestle.yaml:2:38 media.allow[2]: found "http://files", ${wanted}`,
    'trestle.yaml:3:3 media.timeout_ms: found 0, wanted a whole number of milliseconds from 1 to 86400000.',
  ]);
  expect(mistakes('media: { allow: files.internal, max_size: 1 }')).toEqual([
    'trestle.yaml:1:10 media.allow: found "files.internal", wanted a list of places, such as [files.internal, 10.0.0.0/8].',
    'trestle.yaml:1:33 media.max_size: there is no such key. Known here: allow, max_bytes, timeout_ms.',
  ]);
});

test('an address of a provider is a plain one', () => {
  const wrong = [
    'ftp://host',
    'host:8000',
    'http://',
    'http://host/?',
    'http://host#',
    'http://@host',
    'http://u:p@host',
    'http://a b',
    'http://h\\x',
  ];
  const keys = wrong.map((base) => {
    const entry = JSON.stringify({ type: 'openai-compatible', base_url: base });
    return mistakes(`providers: { x: ${entry} }`)[0]?.split(': ')[0];
  });
  expect(keys).toEqual(wrong.map(() => 'trestle.yaml:1:45 providers.x.base_url'));
});

test('one key cannot be administrator and client', () => {
  expect(mistakes('', { TRESTLE_ADMIN_KEY: 'canary', TRESTLE_CLIENT_KEY: 'canary' })).toEqual([
    'environment TRESTLE_CLIENT_KEY: it is the same as TRESTLE_ADMIN_KEY, so that every client would administer; choose another.',
  ]);
});

test('wrong types and numbers out of range are refused with what was found', () => {
  expect(mistakes('data: 7\nlimits: [1]\nretry: { attempts: 0 }\nproviders: hello\nmodels: { a: 5 }')).toEqual([
    'trestle.yaml:1:1 data: found 7, wanted the path of a directory.',
    'trestle.yaml:2:1 limits: found a list, wanted a map with limits.',
    'trestle.yaml:3:10 retry.attempts: found 0, wanted a whole number of attempts at one target from 1 to 10.',
    `trestle.yaml:4:1 providers: found something that is not shown here, wanted a map of providers, such as { openai: { api_key: "\${OPENAI_API_KEY}" } }.`,
    'trestle.yaml:5:11 models.a: found 5, wanted a map with targets or a pin.',
  ]);
});

test('prices must be exact, whole and sane', () => {
  const wrong = [
    '{ output: 1 }',
    '{ input: -1, output: 1 }',
    '{ input: 0.0000001, output: 1 }',
    '{ input: 20000, output: 1 }',
    '{ input: free, output: 1 }',
    '{}',
  ];
  expect(
    wrong.map((price) =>
      mistakes(`providers: { sandbox: { prices: { m: ${price} } } }`)[0]?.replace(/^.*prices\.m/, ''),
    ),
  ).toEqual([
    ': found a map, wanted input and output (0 if it is free), input alone for what only embeds, or a price per request, unit or hour of an instance.',
    '.input: found -1, wanted a price in USD per million tokens, with at most 6 decimals, from 0 to 10000.',
    '.input: found 1e-7, wanted a price in USD per million tokens, with at most 6 decimals, from 0 to 10000.',
    '.input: found 20000, wanted a price in USD per million tokens, with at most 6 decimals, from 0 to 10000.',
    '.input: found "free", wanted a price in USD per million tokens, with at most 6 decimals, from 0 to 10000.',
    ': found a map, wanted input and output (0 if it is free), input alone for what only embeds, or a price per request, unit or hour of an instance.',
  ]);
});

test('prices that say the same twice, or half of something, are refused with what is wanted', () => {
  const wrong = [
    '{ compute_second: 1, instance_usd_per_hour: 1 }',
    '{ input: 1, output: 1, parallel: 2 }',
    '{ instance_usd_per_hour: 1, parallel: 0 }',
    '{ input: 1, output: 1, tiers: [{ above: 5, output: 1 }] }',
    '{ input: 1, output: 1, service_tiers: { flex: { output: 1 } } }',
    '{ input: 1, output: 1, service_tiers: { "Very Fast": { input: 1, output: 1 } } }',
  ];
  const said = wrong.map((price) => mistakes(`providers: { sandbox: { prices: { m: ${price} } } }`));
  expect(said.map((one) => one.length)).toEqual(wrong.map(() => 1));
  expect(said.map(([one]) => /wanted (.*)\.$/.exec(one ?? '')?.[1])).toEqual([
    'compute_second or instance_usd_per_hour, not both: they say the same',
    'parallel only beside instance_usd_per_hour, whose cost it divides',
    'a whole number of calls that the machine serves at once from 1 to 100000',
    'prices for long inputs, each with its own price for input (and for all else that has one)',
    'input and output (0 if it is free), input alone for what only embeds, or a price per request, unit or hour of an instance',
    'a map of tiers of service, such as { flex: { input: 0.6, output: 5 } }',
  ]);
  expect(mistakes('unknown_price: { input: 30 }')).toEqual([
    'trestle.yaml:1:1 unknown_price.output: found nothing, wanted a price in USD per million tokens, with at most 6 decimals, from 0 to 10000.',
  ]);
});

test('what this version cannot do yet is said, not ignored', () => {
  const text = 'grpc_listen: 127.0.0.1:1\ndatabase_url: postgres://x\nredis_url: redis://x';
  expect(mistakes(text, { DATABASE_URL: 'postgres://user:canary@db', REDIS_URL: 'redis://x' })).toEqual([
    'environment DATABASE_URL: this version keeps everything in SQLite, in its data directory; unset it for this process.',
    'environment REDIS_URL: this version keeps everything in SQLite and in memory; unset it for this process.',
    'trestle.yaml:1:1 grpc_listen: this version has no gRPC; take it out.',
    'trestle.yaml:2:1 database_url: this version keeps everything in SQLite, in its data directory; take it out.',
    'trestle.yaml:3:1 redis_url: this version keeps everything in SQLite and in memory; take it out.',
  ]);
});

test('a variable that is not set is named, once', () => {
  expect(mistakes(`data: "\${NOWHERE}/x"\nproviders: { groq: { api_key: "\${GROQ_KEY}" } }`, { GROQ_KEY: '' })).toEqual(
    [
      'trestle.yaml:1:1 data: the environment variable NOWHERE is not set, or empty; set it, or write the value here.',
      'trestle.yaml:2:22 providers.groq.api_key: the environment variable GROQ_KEY is not set, or empty; set it, or write the value here.',
    ],
  );
  expect(mistakes(`data: "\${A-B}"\nlisten: "\${"`)).toEqual([
    `trestle.yaml:1:1 data: what stands in \${…} is no name of a variable; write "\${NAME}", or $\${ if you mean the characters themselves.`,
    `trestle.yaml:2:1 listen: a } is missing after \${; write "\${NAME}", or $\${ if you mean the characters themselves.`,
  ]);
});

test('no mistake shows a secret', () => {
  const secrets = `
listen: "\${CANARY}"
providers:
  openai: canary-1
  groq: { api_key: [canary-2], headers: { x: "canary\\n3", "bad header": canary-4 } }
  a: { type: openai-compatible, base_url: "http://user:canary-5@host", api_key: "canary 6" }
  b: { type: openai-compatible, base_url: "http://host/?key=1", apikey: canary-7 }
  c: { type: openai-compatible, base_url: "http://host", api_key: { file: /run/lines } }
  d: { type: openai-compatible, base_url: "http://host", api_key: { file: /run/empty } }
  e: { type: openai-compatible, base_url: "http://host", api_key: { file: /run/none } }
`;
  const found = refusal(secrets, { CANARY: 'canary-8', TRESTLE_ADMIN_KEY: 'canary 9', OPENAI_API_KEY: 'canary\n10' });
  expect(found?.problems.length).toBe(11);
  expect(Bun.inspect(found)).not.toContain('canary');
  const later = refusal(
    'providers: { a: { type: openai-compatible, base_url: "http://host", api_key: "canary 6", headers: { "bad header": canary-4 } } }',
    { OPENAI_API_KEY: 'canary\n10' },
  );
  expect(later?.problems.map(({ key }) => key)).toEqual([
    'OPENAI_API_KEY',
    'providers.a.api_key',
    'providers.a.headers."bad header"',
  ]);
  expect(Bun.inspect(later)).not.toContain('canary');
  expect(found?.problems.find(({ key }) => key === 'providers.e.api_key.file')?.sentence).toBe(
    'the file "/run/none" cannot be read; check its path and who may read it.',
  );
});

test('broken YAML says where, and does not quote the file', () => {
  const cases = {
    'data: x\ndata: y': 'trestle.yaml:2:1 data: this key stands here twice; keep one of them.',
    'providers:\n  openai: { api_key: "canary }':
      'trestle.yaml:2:31 providers.openai.api_key: a quote, bracket, comma or colon is missing here.',
    'log:\n\tlevel: info': 'trestle.yaml:2:1 : this line is indented with a tab; use spaces.',
    'data: *canary':
      'trestle.yaml:1:7 data: this alias (*name) has no anchor (&name) before it; write the value out, or in quotes if it begins with a star.',
    'data: !!js/function "canary"':
      'trestle.yaml:1:7 data: this value has a tag (!name) that means nothing here; take it out.',
    'data: x\n---\ndata: y': 'trestle.yaml:2:1 : a second document begins here (---); keep one.',
    '- a\n- b': 'trestle.yaml:1:1 : found a list, wanted a map with settings, such as listen: 127.0.0.1:4141.',
  };
  for (const [text, wanted] of Object.entries(cases)) expect(mistakes(text)[0]).toBe(wanted);
});

test('files that would eat the machine are refused', () => {
  const levels = [...'bcdefgh'].map((name, index) => {
    const below = `*${'abcdefg'[index]}`;
    return `${name}: &${name} [${Array(10).fill(below).join(', ')}]`;
  });
  expect(mistakes(['a: &a [x, x, x, x]', ...levels].join('\n'))).toEqual([
    'trestle.yaml:1:1 : its aliases (*name) repeat more than 100 parts of it; write the parts out.',
  ]);
  expect(mistakes('data: &a [*a]').length).toBeGreaterThan(0);
  const deep = '['.repeat(100_000);
  expect(mistakes(`data: ${deep}`).length).toBeGreaterThan(0);
  const long = 'x'.repeat(1_000_001);
  expect(mistakes(`data: ${long}`)).toEqual(['trestle.yaml:1:1 : it has more than 1000000 characters.']);
  const doubling = Array.from({ length: 60 }, (_, index) => {
    const next = `a${index + 1}`;
    return `  a${index}: { targets: [{ model: ${next} }], fallback: [${next}] }`;
  });
  expect(mistakes(['models:', ...doubling, '  a60: sandbox/echo'].join('\n')).length).toBeGreaterThan(0);
});

test('whatever the file says, it is used or refused as a mistake', () => {
  const word = fc.constantFrom(
    'listen',
    'providers',
    'models',
    'openai',
    'sandbox',
    'api_key',
    'targets',
    'model',
    'pin',
    'fallback',
    'prices',
    '*',
    'input',
    'limits',
    '__proto__',
    'constructor',
    `\${X}`,
    '"',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '!!x ',
    '|',
    '>',
    '0',
    'true',
    'null',
    'sandbox/echo',
    '\t',
    '\u0000',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const found = refusal(words.join(''));
      expect(found === undefined || found.problems.length > 0).toBe(true);
    }),
    { numRuns: 1500 },
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.dictionary(word, tie('any'), { maxKeys: 4 }),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
  })).any;
  fc.assert(
    fc.property(fc.record({ providers: value, models: value, limits: value, listen: value }), (written) => {
      const found = refusal(JSON.stringify(written));
      expect(found === undefined || found.problems.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
