import { expect, test } from 'bun:test';
import { providerKinds } from '../../providers/index.ts';
import { loadConfig } from '../load.ts';
import { ConfigurationError } from '../problems.ts';
import { importPortkey } from './portkey.ts';

const kinds = providerKinds.map(({ name }) => name);
const imported = (config: unknown) =>
  importPortkey({ file: 'config.json', text: JSON.stringify(config, undefined, '\t'), kinds, name: 'default' });
const notesOf = (config: unknown): readonly string[] =>
  imported(config).notes.map(({ place, key, sentence }) => `${place} ${key}: ${sentence}`);

function started(config: unknown) {
  const written = imported(config).text;
  const variables = [...written.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `value-of-${name}`]);
  const environment = Object.fromEntries(variables);
  return loadConfig({ flags: {}, environment, kinds: providerKinds, readFile: () => written });
}
const leads = (config: unknown): readonly string[] =>
  started(config).aliases.map(
    ({ name, targets }) => `${name} -> ${targets.map(({ provider, model }) => `${provider}/${model}`).join(', ')}`,
  );

const fallback = {
  strategy: { mode: 'fallback', on_status_codes: [429, 503] },
  retry: { attempts: 4, on_status_codes: [429] },
  request_timeout: 20000,
  cache: { mode: 'semantic', max_age: 60 },
  targets: [
    { provider: 'openai', virtual_key: 'main-258f4d', override_params: { model: 'gpt-5', temperature: 0 } },
    {
      strategy: { mode: 'loadbalance' },
      targets: [
        { provider: 'anthropic', api_key: 'abc', weight: 0.2, override_params: { model: 'claude-haiku-4-5' } },
        {
          provider: 'azure-openai',
          apiKey: 'def',
          azureResourceName: 'one',
          azureDeploymentId: 'gpt-5-eu',
          azureApiVersion: '2025-01-01-preview',
          weight: 0.8,
        },
      ],
    },
    { provider: 'openai', custom_host: 'http://10.0.0.5:8000/v1', override_params: { model: 'qwen3' } },
  ],
};

test('nested strategies become one order of targets, and settings are taken along', () => {
  expect(leads(fallback)).toEqual([
    'default -> openai/gpt-5, azure-openai/gpt-5-eu, anthropic/claude-haiku-4-5, compatible-1/qwen3',
  ]);
  const { providers, retry, limits } = started(fallback);
  expect(
    providers
      .filter(({ kind }) => kind.builtIn !== true)
      .map(({ name, baseUrl, credential }) => [name, baseUrl, credential?.reveal()]),
  ).toEqual([
    ['openai', 'https://api.openai.com/v1', 'value-of-MAIN_258F4D_API_KEY'],
    ['azure-openai', 'https://one.openai.azure.com', 'def'],
    ['anthropic', 'https://api.anthropic.com', 'abc'],
    ['compatible-1', 'http://10.0.0.5:8000/v1', undefined],
  ]);
  expect({ attempts: retry.attempts, timeout: limits.callTimeoutMs }).toEqual({ attempts: 5, timeout: 20_000 });
});

test('what has no equivalent is listed with its place and the reason, and no secret', () => {
  const notes = notesOf(fallback);
  expect(notes.map((note) => note.replace(/^config\.json:\d+:\d+ /, ''))).toEqual([
    'strategy.on_status_codes: which failures are worth another attempt is decided by their kind, not by their status alone.',
    'retry.on_status_codes: which failures are worth another attempt is decided by their kind, not by their status alone.',
    'cache: this version has no cache of its own; a provider’s prompt cache works through it.',
    'targets[0]: the key of "main-258f4d" is kept at Portkey; set MAIN_258F4D_API_KEY in the environment in which Trestle starts.',
    'targets[0].override_params.temperature: an alias cannot set members of a request; callers send it themselves.',
    'targets[1].strategy.mode: there is no balancing: the heaviest target is asked, and the others when it fails.',
    `targets[1].targets[0].api_key: this key stands in the file itself and does so in trestle.yaml; put it into the environment and write "\${NAME}" instead.`,
    'targets[1].targets[0].weight: a weight only says who is asked first.',
    `targets[1].targets[1].api_key: this key stands in the file itself and does so in trestle.yaml; put it into the environment and write "\${NAME}" instead.`,
    'targets[1].targets[1].weight: a weight only says who is asked first.',
  ]);
  expect(notes.every((note) => /^config\.json:\d+:\d+ /.test(note))).toBeTrue();
  expect(notes.join()).not.toMatch(/abc|def/);
});

test('each target of a condition becomes an alias for callers to choose', () => {
  const config = {
    strategy: {
      mode: 'conditional',
      conditions: JSON.parse('[{ "query": { "metadata.plan": "paid" }, "then": "paid" }]'),
      default: 'free',
    },
    targets: [
      { name: 'paid', provider: 'openai', api_key: 'abc', override_params: { model: 'gpt-5' } },
      { name: 'free', provider: 'openai', api_key: 'abc', override_params: { model: 'gpt-5-mini' } },
    ],
  };
  expect(leads(config)).toEqual(['default-paid -> openai/gpt-5', 'default -> openai/gpt-5-mini']);
  expect(notesOf(config)[0]).toEndWith('for callers to choose: default-paid, default.');
});

test('a config within an answer of Portkey’s API, and names of its catalogue, are read', () => {
  const config = {
    retry: { attempts: 5 },
    targets: [{ provider: '@openai', override_params: { model: '@openai/gpt-5' } }],
  };
  expect(leads({ success: true, data: { config } })).toEqual(['default -> openai/gpt-5']);
  expect(notesOf({ provider: '@prod', override_params: { model: 'x' } })).toEqual([
    'config.json:1:1 : which vendor "prod" stands for is kept at Portkey; add it under providers, and to the alias.',
    'config.json:1:1 : nothing here names a model, so that there is no alias default; ask for PROVIDER/MODEL.',
  ]);
});

test('a target without a model still gives its provider', () => {
  const { providers, aliases } = started({ provider: 'groq', api_key: 'abc' });
  expect([providers[0]?.name, aliases]).toEqual(['groq', []]);
});

test('what is no JSON is refused with its file, and nothing else makes the importer fail', () => {
  const read = (text: string) => importPortkey({ file: 'config.json', text, kinds, name: 'default' });
  expect(() => read('strategy: single')).toThrow(ConfigurationError);
  for (const value of [3, null, [], {}, { targets: 3 }, { targets: [3] }, { strategy: 3, retry: 'x', targets: [{}] }])
    expect(started(value).aliases).toEqual([]);
});
