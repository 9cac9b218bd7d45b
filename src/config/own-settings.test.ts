import { describe, expect, test } from 'bun:test';
import { providerKinds } from '../providers/index.ts';
import type { ProviderSettings } from './config.ts';
import { loadConfig } from './load.ts';
import { ConfigurationError } from './problems.ts';

type Environment = Readonly<Record<string, string>>;

function read(entry: string, environment: Environment = {}): ProviderSettings | readonly string[] | undefined {
  const text = `providers: { ${entry} }`;
  try {
    const config = loadConfig({ flags: {}, environment, readFile: () => text, kinds: providerKinds });
    return config.providers.find(({ name }) => name !== 'sandbox');
  } catch (thrown) {
    if (!(thrown instanceof ConfigurationError)) throw thrown;
    return thrown.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().replace(/^\S+ +/, ''));
  }
}

const address = 'type: azure-openai, base_url: "https://me.openai.azure.com"';

describe('an entry of Azure OpenAI', () => {
  test('has a version, deployments and an application to be', () => {
    const entry = `azure: { ${address}, api_version: "2024-10-21", deployments: { gpt-5: mine }, tenant_id: t, client_id: c, client_secret: canary }`;
    expect(read(entry)).toMatchObject({
      apiVersion: '2024-10-21',
      deployments: { 'gpt-5': 'mine' },
      identity: { kind: 'application', tenantId: 't', clientId: 'c' },
    });
    expect(JSON.stringify(read(entry))).not.toContain('canary');
  });

  test('may be this machine, where it tells its programs whom to ask', () => {
    const entry = `azure: { ${address}, managed_identity: true, client_id: c }`;
    expect(read(entry)).toMatchObject({ identity: { kind: 'machine', clientId: 'c' } });
    const hosted = read(entry, { IDENTITY_ENDPOINT: 'http://127.0.0.1:41/msi', IDENTITY_HEADER: 'canary' });
    expect(hosted).toMatchObject({ identity: { endpoint: { url: 'http://127.0.0.1:41/msi' } } });
  });

  test('takes what the vendor’s own tools take from the environment, a key before an application', () => {
    const application = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c', AZURE_CLIENT_SECRET: 'canary' };
    const endpoint = { AZURE_OPENAI_ENDPOINT: 'https://me.openai.azure.com/' };
    expect(read('', { ...endpoint, ...application })).toMatchObject({
      name: 'azure-openai',
      baseUrl: 'https://me.openai.azure.com',
      identity: { kind: 'application', tenantId: 't' },
    });
    const keyed = read('', { ...endpoint, ...application, AZURE_OPENAI_API_KEY: 'canary-key' });
    expect(keyed).toMatchObject({ name: 'azure-openai' });
    expect(keyed).not.toHaveProperty('identity');
    expect(read('azure: { type: azure-openai }', { ...endpoint, ...application })).toMatchObject({
      name: 'azure',
      identity: { clientId: 'c' },
    });
    expect(read('', application)).toBeUndefined();
    expect(read('', endpoint)).toBeUndefined();
  });

  test('says what is missing, and what does not belong', () => {
    expect(read(`azure: { ${address}, tenant_id: t }`)).toEqual([
      'providers.azure.client_id: tenant_id, client_id and client_secret belong together; write all three.',
      'providers.azure.client_secret: tenant_id, client_id and client_secret belong together; write all three.',
      expect.stringContaining('providers.azure.api_key: azure-openai needs a key'),
    ]);
    expect(read(`azure: { ${address}, managed_identity: true, api_key: k }`)).toEqual([
      'providers.azure.api_key: a managed identity needs none; take it out, or managed_identity.',
    ]);
    expect(read('groq: { api_key: k, api_version: "2024-10-21", managed_identity: true }')).toEqual([
      'providers.groq.api_version: the kind groq has no such setting; take it out.',
      'providers.groq.managed_identity: the kind groq has no such setting; take it out.',
    ]);
    expect(read(`azure: { ${address}, api_key: k, deployments: { gpt-5: ../up } }`)).toEqual([
      expect.stringContaining('wanted the name of a deployment'),
    ]);
  });
});

describe('what the file says of models', () => {
  const local = 'my: { type: vllm, base_url: "http://127.0.0.1:8000/v1"';

  test('is a list of all there are, or a map of what is known of some', () => {
    expect(read(`${local}, models: [a, b] }`)).toMatchObject({ models: ['a', 'b'] });
    const known =
      'a: { context_window: 32768, max_output_tokens: 4096, vision: true, tools: false, json_schema: true, reasoning: false, retires: 2027-01-31 }, b: {}';
    expect(read(`${local}, models: { ${known} } }`)).toMatchObject({
      described: [
        {
          id: 'a',
          contextTokens: 32_768,
          maxOutputTokens: 4_096,
          vision: true,
          tools: false,
          jsonSchema: true,
          reasoning: false,
          retiresAt: Date.UTC(2027, 0, 31),
        },
        { id: 'b' },
      ],
    });
  });

  test('is checked word by word', () => {
    expect(
      read(`${local}, models: { a: { contextwindow: 1 }, b: { retires: soon }, c: { context_window: 0 } } }`),
    ).toEqual([
      expect.stringContaining('did you mean context_window?'),
      expect.stringContaining('wanted a day, such as 2027-01-31'),
      expect.stringContaining('wanted a whole number of tokens from 1'),
    ]);
    expect(read(`${local}, models: 7 }`)).toEqual([expect.stringContaining('wanted a list of names of models')]);
  });
});
