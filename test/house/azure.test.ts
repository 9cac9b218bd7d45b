import { describe, expect, test } from 'bun:test';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';

/** One call to a deployment, as an entry says; Entra ID gives tokens, and refuses them if told so. */
async function asked(
  settings: string,
  { model = 'azure/gpt-5', entra = 200 } = {},
): Promise<{
  readonly status: number;
  readonly body: string;
  readonly sent: readonly OutboundRequest[];
  readonly house: TestHouse;
}> {
  const http: FakeUpstream = fakeUpstream((request) => {
    if (!request.url.includes('oauth2')) return goodAnswer(request);
    const token = { access_token: `canary-token-${http.sent.length}`, expires_in: 3_600 };
    const pieces = [JSON.stringify(entra === 200 ? token : { error: 'invalid_client' })];
    return { status: entra, headers: { 'content-type': 'application/json' }, pieces };
  });
  const house = await testHouse({ http, config: `providers: { azure: { type: azure-openai, ${settings} } }` });
  const response = await house.ask({ model, messages: [{ role: 'user', content: 'Hello' }] });
  const body = await response.text();
  return { status: response.status, body, sent: http.sent, house };
}

const bodyOf = ({ body }: OutboundRequest): { model?: string } => JSON.parse(new TextDecoder().decode(body));

describe('Azure OpenAI', () => {
  test('is asked where its version serves a deployment, whichever address it is given by', async () => {
    const key = 'api_key: azure-credential';
    const rows = [
      ['base_url: "https://me.openai.azure.com"', 'https://me.openai.azure.com/openai/v1/chat/completions'],
      ['base_url: "https://me.openai.azure.com/openai/v1/"', 'https://me.openai.azure.com/openai/v1/chat/completions'],
      ['base_url: "https://me.openai.azure.com/openai"', 'https://me.openai.azure.com/openai/v1/chat/completions'],
      [
        'base_url: "https://me.openai.azure.com", api_version: preview',
        'https://me.openai.azure.com/openai/v1/chat/completions?api-version=preview',
      ],
      [
        'base_url: "https://me.openai.azure.com/", api_version: "2024-10-21"',
        'https://me.openai.azure.com/openai/deployments/gpt-5/chat/completions?api-version=2024-10-21',
      ],
      [
        'base_url: "https://me.openai.azure.com/openai", api_version: "2024-10-21"',
        'https://me.openai.azure.com/openai/deployments/gpt-5/chat/completions?api-version=2024-10-21',
      ],
    ] as const;
    for (const [settings, url] of rows) {
      const { sent, status } = await asked(`${settings}, ${key}`);
      expect([status, sent.map((request) => request.url)]).toEqual([200, [url]]);
      expect(sent[0]?.headers).toMatchObject({ 'api-key': 'azure-credential' });
      expect(sent[0]?.headers).not.toHaveProperty('authorization');
    }
  });

  test('calls a model what it was deployed as, in the path and in the body', async () => {
    const settings = 'base_url: "https://me.openai.azure.com", api_key: k, deployments: { gpt-5: my-deployment }';
    const dated = await asked(`${settings}, api_version: "2024-10-21"`);
    expect(dated.sent.map(({ url }) => url)).toEqual([
      'https://me.openai.azure.com/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21',
    ]);
    const v1 = await asked(settings);
    expect(v1.sent.map(bodyOf)).toMatchObject([{ model: 'my-deployment' }]);
    const list = await v1.house.ask({}, { path: '/v1/models', method: 'GET' });
    const { data } = (await list.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id).filter((id) => id.startsWith('azure/'))).toEqual(['azure/gpt-5']);
    const [record] = await v1.house.records();
    expect(record).toMatchObject({ provider: 'azure', model: 'gpt-5' });
  });

  test('a model’s name cannot lead out of the deployments', async () => {
    const settings = 'base_url: "https://me.openai.azure.com", api_key: k, api_version: "2024-10-21"';
    const { sent } = await asked(settings, { model: 'azure/../../x?y#z' });
    expect(sent.map(({ url }) => url)).toEqual([
      'https://me.openai.azure.com/openai/deployments/..%2F..%2Fx%3Fy%23z/chat/completions?api-version=2024-10-21',
    ]);
    for (const model of ['azure/..', 'azure/.']) {
      const refused = await asked(settings, { model });
      expect([refused.status, refused.sent.length]).toEqual([404, 0]);
    }
  });

  const application =
    'base_url: "https://me.openai.azure.com", tenant_id: t, client_id: c, client_secret: canary-client-secret';

  test('takes a token of Entra ID instead of a key, once for many calls', async () => {
    const { house, sent } = await asked(application);
    await house.ask({ model: 'azure/gpt-5', messages: [{ role: 'user', content: 'Again' }] });
    expect(sent.map(({ url }) => new URL(url).host)).toEqual([
      'login.microsoftonline.com',
      'me.openai.azure.com',
      'me.openai.azure.com',
    ]);
    expect(sent[2]?.headers['authorization']).toBe('Bearer canary-token-1');
    expect(sent[2]?.headers).not.toHaveProperty('api-key');
  });

  test('an identity that Entra ID refuses is the provider’s failure, costs nothing and shows nothing', async () => {
    const { status, body, house, sent } = await asked(application, { entra: 401 });
    expect([status, sent.length]).toEqual([502, 1]);
    expect(body).not.toContain('canary');
    const [record] = await house.records();
    expect(record).toMatchObject({
      failure: 'provider-credential-refused',
      provider: 'azure',
      attempts: 1,
      basis: 'none',
    });
    expect(JSON.stringify(house.logged)).not.toContain('canary');
  });

  test('shows in an explanation that it would be signed, not with what', async () => {
    const { house } = await asked(application);
    const response = await house.ask(
      { dialect: 'openai-chat', request: { model: 'azure/gpt-5', messages: [{ role: 'user', content: 'Hello' }] } },
      { path: '/trestle/v1/explain' },
    );
    const text = await response.text();
    expect(text).toContain('"authorization":"***"');
    expect(text).not.toContain('canary');
  });
});
