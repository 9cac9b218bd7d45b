import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { providerKinds } from '../providers/index.ts';
import type { Config } from './config.ts';
import type { Flags } from './flags.ts';
import { loadConfig } from './load.ts';
import { ConfigurationError } from './problems.ts';

interface Given {
  readonly text?: string;
  readonly flags?: Flags;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function load({ text, flags = {}, environment = {}, files = {} }: Given): Config {
  const all: Readonly<Record<string, string | undefined>> = { 'trestle.yaml': text, ...files };
  return loadConfig({ flags, environment, kinds: providerKinds, readFile: (path) => all[path] });
}

/** The problems, as the operator reads them. */
function mistakes(given: Given): readonly string[] {
  try {
    load(given);
  } catch (thrown) {
    if (thrown instanceof ConfigurationError)
      return thrown.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw thrown;
  }
  return [];
}

const named = (config: Config) => config.providers.map(({ name }) => name);

describe('without a file', () => {
  test('everything has a default and the sandbox is on', () => {
    const { providers, discoverable, ...rest } = load({});
    expect(rest).toEqual({
      listen: { hostname: '127.0.0.1', port: 4141 },
      data: './data',
      logLevel: 'info',
      limits: { maxBodyBytes: 33_554_432, headTimeoutMs: 300_000, idleTimeoutMs: 120_000, callTimeoutMs: 900_000 },
      media: { maxBytes: 20_971_520, timeoutMs: 10_000, allow: [] },
      retry: { attempts: 3, maxDelayMs: 10_000 },
      budgets: { minOutputTokens: 16 },
      aliases: [],
      overrides: [],
    });
    expect(providers.map(({ kind, ...settings }) => ({ ...settings, kind: kind.name }))).toEqual([
      { name: 'sandbox', kind: 'sandbox', baseUrl: 'http://sandbox.invalid', local: false, prices: [] },
    ]);
    expect(discoverable.map(({ name, baseUrl, local }) => [name, baseUrl, local])).toEqual([
      ['lmstudio', 'http://127.0.0.1:1234/v1', true],
      ['ollama', 'http://127.0.0.1:11434', true],
    ]);
  });

  test('a key in the environment switches its provider on', () => {
    const { providers } = load({ environment: { GROQ_API_KEY: 'canary-groq', OPENAI_API_KEY: '' } });
    expect(providers.map(({ name, credential }) => [name, credential?.reveal()])).toEqual([
      ['groq', 'canary-groq'],
      ['sandbox', undefined],
    ]);
  });

  test('a file that is asked for must be there', () => {
    expect(mistakes({ flags: { config: 'x.yaml' } })).toEqual([
      'x.yaml  --config: there is no such file; check the path.',
    ]);
    expect(mistakes({ environment: { TRESTLE_CONFIG: 'y.yaml' } })).toEqual([
      'y.yaml  TRESTLE_CONFIG: there is no such file; check the path.',
    ]);
  });
});

describe('precedence', () => {
  const text = 'listen: 127.0.0.1:1\nadmin_listen: 127.0.0.1:11\ndata: ./of-file\nlog: { level: error }';
  const environment = {
    TRESTLE_LISTEN: '127.0.0.1:2',
    TRESTLE_ADMIN_LISTEN: '127.0.0.1:12',
    TRESTLE_DATA: './of-environment',
    TRESTLE_LOG: 'warn',
  };
  const flags = { listen: '[::1]:3', adminListen: '127.0.0.1:13', data: './of-flag' };
  const seen = ({ listen, adminListen, data, logLevel }: Config) => [listen.port, adminListen?.port, data, logLevel];

  test('flags come before the environment, the environment before the file, the file before defaults', () => {
    expect(seen(load({ text, environment, flags }))).toEqual([3, 13, './of-flag', 'warn']);
    expect(seen(load({ text, environment }))).toEqual([2, 12, './of-environment', 'warn']);
    expect(seen(load({ text }))).toEqual([1, 11, './of-file', 'error']);
    expect(seen(load({ text: '' }))).toEqual([4141, undefined, './data', 'info']);
  });

  test('the file is the one of the flag, then of the environment, then the usual one', () => {
    const files = { 'a.yaml': 'data: a', 'b.yaml': 'data: b' };
    expect(
      load({ text: 'data: c', files, flags: { config: 'a.yaml' }, environment: { TRESTLE_CONFIG: 'b.yaml' } }),
    ).toMatchObject({ file: 'a.yaml', data: 'a' });
    expect(load({ text: 'data: c', files, environment: { TRESTLE_CONFIG: 'b.yaml' } })).toMatchObject({
      file: 'b.yaml',
      data: 'b',
    });
    expect(load({ text: 'data: c', files })).toMatchObject({ file: 'trestle.yaml', data: 'c' });
  });

  test('management leaves an address that others can reach, unless it is told to stay', () => {
    expect(load({ text: 'listen: 0.0.0.0:4141' }).adminListen).toEqual({ hostname: '127.0.0.1', port: 4142 });
    expect(load({ text: 'listen: 0.0.0.0:4141\nadmin_listen: 0.0.0.0:4141' }).adminListen).toBeUndefined();
    expect(load({ text: 'listen: localhost:9' }).adminListen).toBeUndefined();
  });

  test('first keys are read and stay secret', () => {
    const config = load({ environment: { TRESTLE_ADMIN_KEY: 'canary-admin', TRESTLE_CLIENT_KEY: 'canary-client' } });
    expect([config.adminKey?.reveal(), config.clientKey?.reveal()]).toEqual(['canary-admin', 'canary-client']);
    expect(Bun.inspect(config) + JSON.stringify(config)).not.toContain('canary');
  });
});

test('what may be fetched for a caller is read with its ports', () => {
  const text = 'media: { max_bytes: 1048576, timeout_ms: 2500, allow: [files.internal, "10.0.0.0/8", "[::1]:9000"] }';
  expect(load({ text }).media).toEqual({
    maxBytes: 1_048_576,
    timeoutMs: 2_500,
    allow: [
      { host: 'files.internal' },
      { address: '10.0.0.0', prefix: 8 },
      { address: '::1', prefix: 128, port: 9000 },
    ],
  });
});

describe('providers', () => {
  test('an entry is read whole', () => {
    const text = `
providers:
  my-vllm:
    type: openai-compatible
    base_url: http://127.0.0.1:8000/v1/
    api_key: { file: /run/key }
    headers: { x-team: "\${TEAM}" }
    models: [qwen3]
    prices:
      qwen3: { input: 0.0375, output: "2.5", reasoning: 3 }
      "*": { request: 0.01 }
    adjust: { without: [seed], renamed: { max_completion_tokens: max_tokens }, usage_unasked: true }
`;
    const [entry] = load({ text, files: { '/run/key': 'canary-key\n' }, environment: { TEAM: 'blue' } }).providers;
    const { credential, headers, kind, ...rest } = entry ?? expect.unreachable();
    expect({ ...rest, kind: kind.name, credential: credential?.reveal(), team: headers?.['x-team']?.reveal() }).toEqual(
      {
        name: 'my-vllm',
        kind: 'openai-compatible',
        baseUrl: 'http://127.0.0.1:8000/v1',
        local: true,
        credential: 'canary-key',
        team: 'blue',
        models: ['qwen3'],
        prices: [
          {
            model: 'qwen3',
            price: {
              from: 0,
              perToken: { input: 37_500n, output: 2_500_000n, reasoning: 3_000_000n },
              source: 'configuration',
            },
          },
          {
            model: '*',
            price: { from: 0, perToken: { input: 0n, output: 0n }, perRequest: 10_000_000n, source: 'configuration' },
          },
        ],
        adjust: { without: ['seed'], renamed: { max_completion_tokens: 'max_tokens' }, usageUnasked: true },
      },
    );
  });

  test('an entry without a key takes the one of the environment; its kind is then not on twice', () => {
    const environment = { OPENAI_API_KEY: 'canary-openai' };
    expect(named(load({ text: 'providers: { team: { type: openai } }', environment }))).toEqual(['team', 'sandbox']);
    expect(load({ text: 'providers: { openai: }', environment }).providers[0]?.credential?.reveal()).toBe(
      'canary-openai',
    );
  });

  test('false switches off what would be on by itself', () => {
    const environment = { OPENAI_API_KEY: 'canary-openai', GROQ_API_KEY: 'canary-groq' };
    expect(named(load({ text: 'providers: { sandbox: false, groq: false }', environment }))).toEqual(['openai']);
  });

  test('the sandbox may have a price and other names, but no address', () => {
    const text = 'providers: { sandbox: { prices: { "*": { input: 3, output: 4 } } }, play: { type: sandbox } }';
    expect(named(load({ text }))).toEqual(['sandbox', 'play']);
    expect(mistakes({ text: 'providers: { sandbox: { base_url: "http://127.0.0.1:1" } }' })).toEqual([
      'trestle.yaml:1:25  providers.sandbox.base_url: this provider answers inside Trestle and takes no address, key or headers; take it out.',
    ]);
  });

  test('only addresses of this machine are local', () => {
    const local = (base: string) =>
      load({ text: `providers: { x: { type: openai-compatible, base_url: "${base}" } }` }).providers[0]?.local;
    expect(['http://localhost:1', 'http://127.9.9.9', 'http://[::1]:8/v1', 'http://2130706433'].map(local)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['http://10.0.0.5:8000', 'https://localhost.example.com', 'http://0.0.0.0:1'].map(local)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('aliases', () => {
  const environment = { OPENAI_API_KEY: 'canary-openai' };

  test('are followed to their models, in order, each once', () => {
    const text = `
models:
  short: openai/gpt-5-mini
  long: { targets: [{ model: short }], fallback: [sandbox/echo, pinned, openai/gpt-5-mini] }
  pinned: { pin: openai/gpt-5-2025-08-07 }
  team/best: openai/meta/with/slashes
`;
    const mini = { provider: 'openai', model: 'gpt-5-mini' };
    const version = { provider: 'openai', model: 'gpt-5-2025-08-07' };
    expect(load({ text, environment }).aliases).toEqual([
      { name: 'short', targets: [mini], pinned: false },
      { name: 'long', targets: [mini, { provider: 'sandbox', model: 'echo' }, version], pinned: false },
      { name: 'pinned', targets: [version], pinned: true },
      { name: 'team/best', targets: [{ provider: 'openai', model: 'meta/with/slashes' }], pinned: false },
    ]);
  });

  test('that lead nowhere are refused with the way out', () => {
    const text = `
models:
  a: opnai/gpt-5
  b: groq/llama-4
  c: { targets: [{ model: gpt-5 }], fallback: [faast] }
  fast: sandbox/echo
  openai/mine: sandbox/echo
  d: { targets: [{ model: sandbox/echo }, { model: sandbox/lorem }] }
  e: { targets: [{ model: sandbox/echo, weight: 8 }], strategy: weighted }
  f: {}
  g: { pin: openai/gpt-5, fallback: [sandbox/echo] }
  h: { pin: fast }
`;
    expect(mistakes({ text, environment })).toEqual([
      'trestle.yaml:3:3  models.a: found "opnai/gpt-5"; there is no provider "opnai"; did you mean openai/gpt-5? There are openai, sandbox.',
      'trestle.yaml:4:3  models.b: found "groq/llama-4"; groq has no key: set GROQ_API_KEY, or give it an entry under providers.',
      'trestle.yaml:5:20  models.c.targets[0].model: found "gpt-5"; there is no such alias, and a model is written provider/model.',
      'trestle.yaml:5:48  models.c.fallback[0]: found "faast"; there is no such alias, and a model is written provider/model; did you mean fast?',
      'trestle.yaml:7:3  models.openai/mine: this name would hide a model of the provider openai; choose one that does not begin with openai/.',
      'trestle.yaml:8:43  models.d.targets[1]: this version does not balance between targets; name one under targets and list the others, in order of preference, under fallback.',
      'trestle.yaml:9:41  models.e.targets[0].weight: this version does not balance between targets; name one under targets and list the others, in order of preference, under fallback.',
      'trestle.yaml:9:55  models.e.strategy: this version does not balance between targets; name one under targets and list the others, in order of preference, under fallback.',
      'trestle.yaml:10:3  models.f: this alias leads nowhere; give it targets, such as [{ model: openai/gpt-5-mini }], or a pin.',
      'trestle.yaml:11:3  models.g: a pin stands alone; take the pin out, or targets and fallback.',
      'trestle.yaml:12:8  models.h.pin: found "fast"; a model is wanted here, written provider/model.',
    ]);
  });

  test('that lead to each other are refused', () => {
    const text = 'models:\n  a: b\n  b: { targets: [{ model: sandbox/echo }], fallback: [c] }\n  c: a\n  me: me';
    expect(mistakes({ text })).toEqual([
      'trestle.yaml:4:3  models.c: these aliases lead to each other in a circle: a -> b -> c -> a; break it.',
      'trestle.yaml:5:3  models.me: these aliases lead to each other in a circle: me -> me; break it.',
    ]);
  });

  test('to a provider that is switched off or broken say so once', () => {
    expect(mistakes({ text: 'providers: { openai: false }\nmodels: { a: openai/x }', environment })).toEqual([
      'trestle.yaml:2:11  models.a: found "openai/x"; openai is switched off in this file.',
    ]);
    expect(mistakes({ text: 'providers: { openai: { api_key: x, wrong: 1 } }\nmodels: { a: openai/x }' })).toHaveLength(
      1,
    );
  });
});

test('the example file is a configuration', () => {
  const text = readFileSync(new URL('../../examples/trestle.yaml', import.meta.url), 'utf8');
  const config = load({ text, environment: { OPENAI_API_KEY: 'canary-openai', OPENAI_EU_API_KEY: 'canary-eu' } });
  expect(named(config)).toEqual(['openai', 'openai-eu', 'ollama', 'my-vllm', 'sandbox']);
  expect(config.aliases.map(({ name }) => name)).toEqual(['fast', 'cheap', 'support', 'try-me']);
});
