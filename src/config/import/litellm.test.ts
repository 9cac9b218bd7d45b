import { expect, test } from 'bun:test';
import { providerKinds } from '../../providers/index.ts';
import { loadConfig } from '../load.ts';
import { importLitellm } from './litellm.ts';

const kinds = providerKinds.map(({ name }) => name);
const imported = (text: string) => importLitellm({ file: 'config.yaml', text, kinds });
const notesOf = (text: string): readonly string[] =>
  imported(text).notes.map(({ place, key, sentence }) => `${place} ${key}: ${sentence}`);

/** What a start would make of it, with every variable set that it asks for. */
function started(text: string) {
  const written = imported(text).text;
  const variables = [...written.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `value-of-${name}`]);
  const environment = { ...Object.fromEntries(variables), AZURE_API_BASE: 'https://one.openai.azure.com' };
  return loadConfig({ flags: {}, environment, kinds: providerKinds, readFile: () => written });
}

const team = `
# A team's proxy, in the shape of the examples in LiteLLM's documentation.
model_list:
  - model_name: gpt-5
    litellm_params:
      model: azure/gpt-5-eu
      api_base: os.environ/AZURE_API_BASE
      api_key: os.environ/AZURE_API_KEY
      api_version: "2025-01-01-preview"
      rpm: 600
  - model_name: gpt-5
    litellm_params:
      model: openai/gpt-5
      api_key: os.environ/OPENAI_API_KEY
      order: 1
  - model_name: sonnet
    litellm_params:
      model: claude-sonnet-4-5
      api_key: os.environ/ANTHROPIC_API_KEY
      max_tokens: 4096
    model_info:
      id: sonnet-1
      input_cost_per_token: 0.000003
      output_cost_per_token: 0.000015
      cache_read_input_token_cost: 3e-7
      max_input_tokens: 200000
      supports_vision: true
  - model_name: local
    litellm_params:
      model: openai/qwen3
      api_base: http://10.0.0.5:8000/v1/
      api_key: abc
  - model_name: vectors
    litellm_params:
      model: mistral/mistral-embed
      api_key: os.environ/MISTRAL_API_KEY
    model_info:
      mode: embedding
  - model_name: "anthropic/*"
    litellm_params:
      model: "anthropic/*"
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: old
    litellm_params:
      model: sagemaker/llama-7b
litellm_settings:
  drop_params: true
  num_retries: 2
  request_timeout: 600
  success_callback: [langfuse]
  fallbacks: [{ gpt-5: [sonnet, local] }, { sonnet: [gpt-5] }]
router_settings:
  routing_strategy: least-busy
  redis_host: os.environ/REDIS_HOST
  model_group_alias: { gpt-4: gpt-5 }
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: postgresql://elsewhere/db
environment_variables:
  REDIS_HOST: localhost
`;

test('the configuration of a team becomes one that starts, with the same names leading to the same models', () => {
  const { providers, aliases, retry, limits } = started(team);
  const leads = aliases.map(({ name, targets }) => [
    name,
    targets.map(({ provider, model }) => `${provider}/${model}`),
  ]);
  const gpt5 = ['openai/gpt-5', 'azure-openai/gpt-5-eu', 'anthropic/claude-sonnet-4-5', 'compatible-1/qwen3'];
  expect(leads).toEqual([
    ['gpt-5', gpt5],
    ['sonnet', ['anthropic/claude-sonnet-4-5', 'openai/gpt-5', 'azure-openai/gpt-5-eu']],
    ['local', ['compatible-1/qwen3']],
    ['vectors', ['mistral/mistral-embed']],
    ['gpt-4', gpt5],
  ]);
  const entries = providers
    .filter(({ kind }) => kind.builtIn !== true)
    .map(({ name, kind, baseUrl, credential, apiVersion }) => [
      name,
      kind.name,
      baseUrl,
      credential?.reveal(),
      apiVersion,
    ]);
  expect(entries).toEqual([
    ['azure-openai', 'azure-openai', 'https://one.openai.azure.com', 'value-of-AZURE_API_KEY', '2025-01-01-preview'],
    ['openai', 'openai', 'https://api.openai.com/v1', 'value-of-OPENAI_API_KEY', undefined],
    ['anthropic', 'anthropic', 'https://api.anthropic.com', 'value-of-ANTHROPIC_API_KEY', undefined],
    ['compatible-1', 'openai-compatible', 'http://10.0.0.5:8000/v1', 'abc', undefined],
    ['mistral', 'mistral', expect.any(String), 'value-of-MISTRAL_API_KEY', undefined],
  ]);
  const sonnet = providers.find(({ name }) => name === 'anthropic');
  // Pico-USD per token.
  expect(sonnet?.prices.map(({ model, price }) => [model, price.perToken])).toEqual([
    ['claude-sonnet-4-5', { input: 3_000_000n, output: 15_000_000n, cachedInput: 300_000n }],
  ]);
  expect(sonnet?.described).toEqual([{ id: 'claude-sonnet-4-5', contextTokens: 200_000, vision: true }]);
  expect({ retry: retry.attempts, timeout: limits.callTimeoutMs }).toEqual({ retry: 3, timeout: 600_000 });
});

test('what has no equivalent is listed with its place and the reason, and no secret', () => {
  expect(notesOf(team)).toEqual([
    'config.yaml:4:5 model_list[0]: gpt-5 has 2 deployments; there is no balancing between them: the first is asked, and the others when it fails.',
    'config.yaml:10:7 model_list[0].litellm_params.rpm: limits are set for keys, projects and organisations, not for deployments: `trestle keys update ID --rate-limits JSON`.',
    'config.yaml:20:7 model_list[2].litellm_params.max_tokens: an alias cannot set members of a request; callers send it themselves.',
    `config.yaml:32:7 model_list[3].litellm_params.api_key: this key stands in the file itself and does so in trestle.yaml; put it into the environment and write "\${NAME}" instead.`,
    'config.yaml:39:5 model_list[5].model_name: every model of anthropic can be asked for as anthropic/NAME without an alias.',
    'config.yaml:45:7 model_list[6].litellm_params.model: there is no kind of provider for sagemaker; this entry was left out.',
    'config.yaml:50:3 litellm_settings.success_callback: nothing is sent to other services; every call is in the ledger: `trestle requests list`.',
    'config.yaml:53:3 router_settings.routing_strategy: there is no balancing: the first target is asked, and the others when it fails.',
    'config.yaml:54:3 router_settings.redis_host: everything is kept in SQLite and in memory.',
    'config.yaml:57:3 general_settings.master_key: set TRESTLE_ADMIN_KEY for the first start, or take the key that it prints; hand out keys with `trestle keys create`.',
    'config.yaml:58:3 general_settings.database_url: everything is kept in the data directory.',
    'config.yaml:59:1 environment_variables: set these in the environment in which Trestle starts.',
  ]);
});

test('aliases for local models keep their names, and callers who asked for another vendor by name still do', () => {
  const { aliases } = started(`
model_list:
  - { model_name: gpt-3.5-turbo, litellm_params: { model: ollama/llama3, api_base: "http://gpu:11434" } }
  - { model_name: gpt-4, litellm_params: { model: ollama_chat/llama3, api_base: "http://gpu:11434" } }
  - { model_name: ollama/llama3, litellm_params: { model: ollama/llama3, api_base: "http://gpu:11434" } }
`);
  expect(aliases.map(({ name, targets: [first] }) => `${name} -> ${first.provider}/${first.model}`)).toEqual([
    'gpt-3.5-turbo -> ollama/llama3',
    'gpt-4 -> ollama/llama3',
  ]);
});

test('two accounts at one vendor are two providers, and what is the same is one', () => {
  const { providers } = started(`
model_list:
  - { model_name: a, litellm_params: { model: gpt-5, api_key: os.environ/KEY_A } }
  - { model_name: b, litellm_params: { model: gpt-5, api_key: os.environ/KEY_B, organization: os.environ/ORG } }
  - { model_name: c, litellm_params: { model: gpt-5-mini, api_key: os.environ/KEY_A } }
`);
  const own = providers.filter(({ kind }) => kind.builtIn !== true);
  const seen = own.map(({ name, headers }) => [name, headers?.['OpenAI-Organization']?.reveal()]);
  expect(seen).toEqual([
    ['openai', undefined],
    ['openai-2', 'value-of-ORG'],
  ]);
});

test('a key with our own marks in it still means its own characters', () => {
  const { providers } = started(
    `model_list: [{ model_name: a, litellm_params: { model: gpt-5, api_key: "x\${HOME}y" } }]`,
  );
  expect(providers[0]?.credential?.reveal()).toBe(`x\${HOME}y`);
});

test('what is no configuration is said to be none, and nothing makes the importer fail', () => {
  for (const text of [
    '',
    '[]',
    '3',
    'model_list: 3',
    'model_list: [3, {}, {model_name: x}]',
    'litellm_settings: [1]',
    'router_settings: { fallbacks: 3, timeout: x }',
  ])
    expect(started(text).aliases).toEqual([]);
  expect(notesOf('model_list: [{ model_name: x }]')).toEqual([
    'config.yaml:1:14 model_list[0]: a model_name and litellm_params with a model are wanted here; this entry was left out.',
  ]);
});
