import { afterEach, describe, expect, test } from 'bun:test';
import { modelLists } from '../../src/catalog/model-lists.ts';
import { Failure } from '../../src/core/failure.ts';
import type { OutboundRequest } from '../../src/core/ports.ts';
import { fakeKept } from '../fakes/kept.ts';
import { askedOf, type FakeAnswer, type FakeUpstream, fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { type TestHouse, testHouse } from './house.ts';

/** Who listens where, and what it lists; a name that is not there cannot be reached. */
type Machines = Map<string, object | string>;

let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
});

interface Living extends TestHouse {
  readonly http: FakeUpstream;
}

/** A house that asks for lists, on a clock that goes by hand. */
async function living(machines: Machines, config = '{}', texts: Map<string, string> = new Map()): Promise<Living> {
  const http = fakeUpstream((request) => answered(machines, request));
  house = await testHouse({
    http,
    config,
    change: (parts) => ({ ...parts, lists: modelLists({ ...parts, kept: fakeKept(texts) }) }),
  });
  await house.clock.advance(0);
  return { ...house, http };
}

function answered(machines: Machines, request: OutboundRequest): FakeAnswer {
  const { host } = new URL(request.url);
  const there = machines.get(host);
  if (there === undefined) throw new Failure('provider-unreachable', `${host} cannot be reached.`);
  if (request.method === 'POST') return goodAnswer(request);
  return {
    headers: { 'content-type': 'application/json' },
    pieces: [typeof there === 'string' ? there : JSON.stringify(there)],
  };
}

const list = (...ids: readonly string[]): object => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model' })),
});

async function listed({ ask }: TestHouse): Promise<readonly string[]> {
  const response = await ask({}, { path: '/v1/models', method: 'GET' });
  const { data } = (await response.json()) as { data: readonly { id: string }[] };
  return data.map(({ id }) => id).filter((id) => !id.startsWith('sandbox/'));
}

const hello = (model: string): { model: string; messages: { role: string; content: string }[] } => ({
  model,
  messages: [{ role: 'user', content: 'Hello' }],
});

describe('a program on this machine', () => {
  test('is found at the start, served free of charge, and listed live', async () => {
    const machines: Machines = new Map([['127.0.0.1:11434', list('qwen3:8b')]]);
    const here = await living(machines);
    expect(await listed(here)).toEqual(['ollama/qwen3:8b']);
    expect((await here.ask(hello('ollama/qwen3:8b'))).status).toBe(200);
    expect((await here.ask(hello('qwen3:8b'))).status).toBe(200);
    expect(await here.records()).toMatchObject([
      { provider: 'ollama', cost: 0n },
      { provider: 'ollama', cost: 0n },
    ]);
    machines.set('127.0.0.1:11434', list('qwen3:8b', 'gemma3:4b'));
    await here.clock.advance(30_000);
    expect(await listed(here)).toEqual(['ollama/gemma3:4b', 'ollama/qwen3:8b']);
  });

  test('is found when it appears later, and gone when it goes, with a line in the log each time', async () => {
    const machines: Machines = new Map();
    const here = await living(machines);
    expect(await listed(here)).toEqual([]);
    machines.set('127.0.0.1:1234', list('gemma'));
    await here.clock.advance(15_000);
    expect(await listed(here)).toEqual(['lmstudio/gemma']);
    machines.delete('127.0.0.1:1234');
    await here.clock.advance(60_000);
    expect(await listed(here)).toEqual([]);
    expect(here.logged.map(({ message }) => message)).toEqual([
      'lmstudio was found on this machine',
      'lmstudio is no longer there',
    ]);
  });

  test('is looked for at this machine’s own address alone, by one small question each, and never if it is switched off', async () => {
    const here = await living(new Map());
    expect(here.http.sent.map(({ method, url }) => [method, url]).toSorted()).toEqual([
      ['GET', 'http://127.0.0.1:11434/v1/models'],
      ['GET', 'http://127.0.0.1:1234/v1/models'],
    ]);
    await here.close();
    const without = await living(new Map(), 'providers: { ollama: false, lmstudio: false }');
    await without.clock.advance(120_000);
    expect(without.http.sent).toEqual([]);
    await without.close();
    const configured = await living(
      new Map(),
      'providers: { mine: { type: ollama, base_url: "http://far.invalid" }, lmstudio: false }',
    );
    expect(configured.http.sent.map(({ url }) => url)).toEqual(['http://far.invalid/v1/models']);
  });

  test('that answers with anything but a list is not taken for one', async () => {
    for (const body of ['<html>', '{}', '"x"', '{"data":7}']) {
      const here = await living(new Map([['127.0.0.1:1234', body]]));
      expect(await listed(here)).toEqual([]);
      await here.close();
    }
    house = undefined;
  });
});

const vendor =
  'providers: { v: { type: mistral, base_url: "http://v.invalid/v1", api_key: k }, ollama: false, lmstudio: false }';

describe('a vendor’s list', () => {
  const mistral = {
    object: 'list',
    data: [
      {
        id: 'mistral-large-2512',
        max_context_length: 262_144,
        capabilities: { completion_chat: true, function_calling: true, vision: true },
        deprecation: null,
      },
      { id: 'mistral-embed', max_context_length: 8_192, capabilities: { completion_chat: false } },
    ],
  };

  test('is what is offered, with what it tells of each model', async () => {
    const here = await living(new Map([['v.invalid', mistral]]), vendor);
    const models = here.house.catalogue.list({ at: here.clock.now() }).filter(({ provider }) => provider === 'v');
    // That a model which one cannot chat with embeds is told by its name alone.
    expect(models[0]).toMatchObject({ id: 'v/mistral-embed', operations: ['embed'] });
    expect(models[1]).toMatchObject({
      id: 'v/mistral-large-2512',
      operations: ['chat', 'count-tokens'],
      facts: {
        contextTokens: 262_144,
        tools: true,
        vision: true,
        sources: { contextTokens: 'provider', tools: 'provider' },
      },
    });
    expect(here.http.sent[0]?.headers).toMatchObject({ authorization: 'Bearer k' });
  });

  test('is asked for again after some hours, and at once if an operator wants it', async () => {
    const machines: Machines = new Map([['v.invalid', list('a')]]);
    const here = await living(machines, vendor);
    machines.set('v.invalid', list('a', 'b'));
    await here.clock.advance(3_600_000);
    expect(await listed(here)).toEqual(['v/a']);
    await here.house.catalogue.refresh();
    expect(await listed(here)).toEqual(['v/a', 'v/b']);
    machines.set('v.invalid', list('c'));
    await here.clock.advance(6 * 3_600_000);
    expect(await listed(here)).toEqual(['v/c']);
  });

  test('is remembered across starts, and a vendor that is down changes nothing', async () => {
    const texts = new Map<string, string>();
    await (await living(new Map([['v.invalid', list('a')]]), vendor, texts)).close();
    const here = await living(new Map(), vendor, texts);
    expect(await listed(here)).toEqual(['v/a']);
    expect(here.http.sent).toEqual([]);
    await here.clock.advance(7 * 3_600_000);
    expect(await listed(here)).toEqual(['v/a']);
    expect(here.house.catalogue.report().lists).toMatchObject([
      { provider: 'v', list: { models: 1 }, problem: 'v.invalid cannot be reached.' },
    ]);
    expect(here.logged.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'the list of models could not be read: v.invalid cannot be reached.',
    ]);
  });

  test('of another address is not taken for this one’s', async () => {
    const texts = new Map<string, string>();
    await (await living(new Map([['v.invalid', list('a')]]), vendor, texts)).close();
    const here = await living(new Map(), vendor.replace('v.invalid', 'w.invalid'), texts);
    expect(await listed(here)).not.toContain('v/a');
  });

  test('that never comes keeps nobody from asking what has a price', async () => {
    const config = vendor.replace('api_key: k', 'api_key: k, prices: { known: { input: 1, output: 1 } }');
    const here = await living(new Map(), config);
    expect(await listed(here)).toEqual(['v/known']);
    expect(here.logged.map(({ message }) => message)).toEqual([
      'the list of models could not be read: v.invalid cannot be reached.',
    ]);
  });

  test('is not asked for where the file says what is offered; what the file says of a model comes first', async () => {
    const listing = await living(
      new Map([['v.invalid', mistral]]),
      vendor.replace('api_key: k', 'api_key: k, models: [x]'),
    );
    expect([await listed(listing), listing.http.sent]).toEqual([['v/x'], []]);
    await listing.close();
    const facts = 'api_key: k, models: { mistral-large-2512: { context_window: 1000 }, mine: { tools: true } }';
    const here = await living(new Map([['v.invalid', mistral]]), vendor.replace('api_key: k', facts));
    const models = here.house.catalogue.list({ at: here.clock.now() }).filter(({ provider }) => provider === 'v');
    expect(models.map(({ id, facts }) => [id, facts])).toMatchObject([
      ['v/mine', { tools: true, sources: { tools: 'configuration' } }],
      ['v/mistral-embed', { contextTokens: 8_192 }],
      [
        'v/mistral-large-2512',
        { contextTokens: 1_000, vision: true, sources: { contextTokens: 'configuration', vision: 'provider' } },
      ],
    ]);
  });
});

test('a pin is warned of before its provider turns the model off, once', async () => {
  const config = `
providers: { o: { type: openai, base_url: "http://o.invalid/v1", api_key: k }, ollama: false, lmstudio: false }
models: { support: { pin: o/gpt-4 }, other: { pin: o/gpt-5 }, free: o/gpt-4 }
`;
  const day = '2027-02-20';
  const data = [
    { id: 'gpt-4', shutdown_date: day },
    { id: 'gpt-5', shutdown_date: null },
  ];
  const here = await living(new Map([['o.invalid', { object: 'list', data }]]), config);
  const end = Date.parse(day);
  const words = `the alias support is pinned to o/gpt-4, which will be turned off on ${day} by its provider; pin it to another version`;
  const warnings = (): readonly string[] =>
    here.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
  expect(warnings()).toEqual([]);
  while (here.clock.now() < end - 59 * 86_400_000) await here.clock.advance(6 * 3_600_000);
  expect(warnings()).toEqual([words]);
  expect(here.house.catalogue.report().retiring).toEqual([{ alias: 'support', model: 'o/gpt-4', retiresAt: end }]);
});

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
      await here.close();
    }
    house = undefined;
  });

  test('that cannot be reached is told of once', async () => {
    const here = await living(new Map(), config);
    await here.clock.advance(900_000);
    expect(here.logged.map(({ message }) => message)).toEqual([
      'the list of models could not be read: c.invalid cannot be reached.',
    ]);
  });
});

test('what was deployed at Azure nobody can list, so that a price list is not taken for it', async () => {
  const config =
    'providers: { azure-openai: { base_url: "http://z.invalid", api_key: k, prices: { mine: { input: 1, output: 1 } } } }';
  const price = { from: 0, perToken: { input: 1n, output: 1n }, source: 'list@1' };
  const http = fakeUpstream(goodAnswer);
  house = await testHouse({
    http,
    config,
    change: (parts) => ({ ...parts, prices: [{ provider: 'azure-openai', model: 'gpt-listed', price }] }),
  });
  expect(await listed(house)).toEqual(['azure-openai/mine']);
  const asked = await house.ask(hello('azure-openai/gpt-listed'));
  expect([asked.status, asked.headers.get('x-trestle-cost-usd')]).toEqual([200, '0.000000002']);
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
