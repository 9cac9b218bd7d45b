import { afterEach, describe, expect, test } from 'bun:test';
import { askedOf } from './fake-upstream.ts';
import type { TestHouse } from './house.ts';
import { closeHouses, hello, list, listed, living } from './living.ts';

afterEach(closeHouses);

test('Anthropic’s clients are told the limits that are known, OpenAI’s have no word for them', async () => {
  const data = [{ id: 'a', max_model_len: 4_096 }];
  const config =
    'providers: { v: { type: vllm, base_url: "http://v.invalid/v1", models: { a: { max_output_tokens: 512 } } }, sandbox: false, ollama: false, lmstudio: false }';
  const here = await living(new Map([['v.invalid', { object: 'list', data }]]), config);
  const shown = async (path: string): Promise<unknown> => (await here.ask({}, { path, method: 'GET' })).json();
  expect(await shown('/anthropic/v1/models/v/a')).toMatchObject({
    id: 'v/a',
    max_input_tokens: 4_096,
    max_tokens: 512,
  });
  expect(await shown('/openai/v1/models/v/a')).toEqual({ id: 'v/a', object: 'model', created: 0, owned_by: 'v' });
});

describe('what a model is asked for', () => {
  const operationsOf = (here: TestHouse): object =>
    Object.fromEntries(
      here.house.catalogue.list({ at: here.clock.now() }).map(({ id, operations }) => [id, operations.join(' ')]),
    );

  test('is told by its name, whatever price an operator puts on everything', async () => {
    const config = `
providers:
  sandbox: { prices: { "*": { input: 1, output: 2 }, embed: { input: 0, output: 1 } } }
  o: { type: openai, base_url: "http://o.invalid/v1", api_key: k, models: [gpt-5, text-embedding-3-small, whisper-1], prices: { "*": { input: 1, output: 2 } } }
  mine: { type: vllm, base_url: "http://m.invalid/v1", models: [any], prices: { "*": { input: 1, output: 2 } } }
  ollama: { models: ["qwen3:8b", "nomic-embed-text"] }
  azure-openai: { base_url: "http://z.invalid", api_key: k, deployments: { gpt-5: eu, text-embedding-3-large: vectors } }
`;
    const here = await living(new Map(), config);
    expect(operationsOf(here)).toEqual({
      'azure-openai/gpt-5': 'chat count-tokens',
      'azure-openai/text-embedding-3-large': 'embed',
      'mine/any': 'chat embed count-tokens',
      'o/gpt-5': 'chat count-tokens',
      'o/text-embedding-3-small': 'embed',
      'ollama/nomic-embed-text': 'embed',
      'ollama/qwen3:8b': 'chat embed count-tokens',
      'sandbox/echo': 'chat count-tokens',
      'sandbox/embed': 'embed',
      'sandbox/lorem': 'chat count-tokens',
    });
  });

  test('of the sandbox is what it really answers, and nothing else', async () => {
    const here = await living(new Map());
    const asked = {
      chat: (model: string) => here.ask(hello(model)),
      embed: (model: string) => here.ask({ model, input: 'Hello' }, { path: '/v1/embeddings' }),
    };
    for (const { id, operations } of here.house.catalogue.list({ at: here.clock.now() })) {
      for (const operation of ['chat', 'embed'] as const) {
        const { ok } = await asked[operation](id);
        expect({ id, operation, ok }).toEqual({ id, operation, ok: operations.includes(operation) });
      }
    }
  });

  test('may be said by the file', async () => {
    const config =
      'providers: { mine: { type: vllm, base_url: "http://m.invalid/v1", models: { bge: { operations: [embed] } } }, sandbox: false }';
    expect(operationsOf(await living(new Map(), config))).toEqual({ 'mine/bge': 'embed' });
  });
});

describe('a compatible server that nobody knows', () => {
  const config =
    'providers: { c: { type: openai-compatible, base_url: "http://c.invalid/v1" }, sandbox: false, ollama: false, lmstudio: false }';

  test('is asked for its list, which may tell a context', async () => {
    const data = [{ id: 'a', max_model_len: 4_096 }, { id: 'b', context_length: 8_192 }, { id: 'c' }];
    const here = await living(new Map([['c.invalid', { data }]]), config);
    const models = here.house.catalogue.list({ at: here.clock.now() });
    expect(models.map(({ id, facts }) => [id, facts?.contextTokens])).toEqual([
      ['c/a', 4_096],
      ['c/b', 8_192],
      ['c/c', undefined],
    ]);
  });

  test('is not asked where the file lists its models', async () => {
    const here = await living(new Map(), config.replace('/v1" }', '/v1", models: [m] }'));
    expect([await listed(here), here.http.sent]).toEqual([['c/m'], []]);
  });

  test('may have none, which is no trouble, and is not asked for again and again', async () => {
    for (const answer of ['<html>', '{}']) {
      const here = await living(new Map([['c.invalid', answer]]), config);
      await here.clock.advance(5 * 3_600_000);
      expect([here.logged, here.http.sent.length]).toEqual([[], 1]);
      expect((await here.ask(hello('c/whatever'))).status).toBe(200);
      await closeHouses();
    }
  });

  test('that cannot be reached is told of once', async () => {
    const here = await living(new Map(), config);
    await here.clock.advance(900_000);
    expect(here.logged.map(({ message }) => message)).toEqual([
      'the list of models could not be read: c.invalid cannot be reached.',
    ]);
  });
});

describe('limits of a model', () => {
  test('come from the price list where neither file, provider nor kind says them', async () => {
    const config =
      'providers: { anthropic: { api_key: k, base_url: "http://a.invalid", models: [claude-3-haiku-20240307, claude-unknown] } }';
    const here = await living(new Map(), config);
    const models = here.house.catalogue
      .list({ at: here.clock.now() })
      .filter(({ provider }) => provider === 'anthropic');
    expect(models.map(({ id, facts }) => [id, facts?.contextTokens, facts?.sources.contextTokens])).toEqual([
      ['anthropic/claude-3-haiku-20240307', 200_000, 'genai-prices@0.1.8'],
      ['anthropic/claude-unknown', undefined, undefined],
    ]);
  });

  test('that a provider lists bound what is asked of it in translation, with a word to the caller', async () => {
    const data = [{ id: 'm', max_completion_tokens: 512, context_window: 8_192 }];
    const config =
      'providers: { g: { type: groq, base_url: "http://g.invalid", api_key: k }, ollama: false, lmstudio: false }';
    const here = await living(new Map([['g.invalid', { data }]]), config);
    const asked = { ...hello('g/m'), max_tokens: 100_000 };
    const translated = await here.ask(asked, { path: '/v1/messages' });
    expect([translated.status, translated.headers.get('x-trestle-max-tokens')]).toEqual([200, '512']);
    // Between two ends of one dialect the caller's own words go through.
    await here.ask(asked);
    const bodies = here.http.sent.filter(({ method }) => method === 'POST').map(askedOf);
    expect(bodies).toMatchObject([{ max_completion_tokens: 512 }, { max_tokens: 100_000 }]);
    const explained = await here.ask({ request: hello('g/m') }, { path: '/trestle/v1/explain' });
    expect(await explained.json()).toMatchObject({ targets: [{ context_window: 8_192, max_output_tokens: 512 }] });
  });

  test('that the file says come before those of the provider and of its kind', async () => {
    const config =
      'providers: { openai: { base_url: "http://o.invalid", api_key: k, models: { gpt-4o: { max_output_tokens: 99 } } }, ollama: false, lmstudio: false }';
    const here = await living(new Map([['o.invalid', list('gpt-4o')]]), config);
    const response = await here.ask({ ...hello('openai/gpt-4o'), max_tokens: 5_000 }, { path: '/v1/messages' });
    expect(response.headers.get('x-trestle-max-tokens')).toBe('99');
  });

  test('leave a modest answer room for its question, where a door wants a limit and nobody said one', async () => {
    const config = 'providers: { v: { type: vllm, base_url: "http://v.invalid" }, ollama: false, lmstudio: false }';
    const here = await living(new Map([['v.invalid', { data: [{ id: 'small', max_model_len: 1_000 }] }]]), config);
    const plan = here.house.catalogue.plan({ model: 'v/small', operation: 'chat', at: here.clock.now() });
    expect(plan.targets[0].limits).toEqual({ contextTokens: 1_000 });
  });
});
