import { afterEach, describe, expect, test } from 'bun:test';
import { fakeUpstream, goodAnswer } from './fake-upstream.ts';
import { closeHouses, hello, list, listed, living, type Machines, opening } from './living.ts';

afterEach(closeHouses);

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
    await closeHouses();
    const without = await living(new Map(), 'providers: { ollama: false, lmstudio: false }');
    await without.clock.advance(120_000);
    expect(without.http.sent).toEqual([]);
    await closeHouses();
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
      await closeHouses();
    }
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
    await closeHouses();
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

test('what was deployed at Azure nobody can list, so that a price list is not taken for it', async () => {
  const config =
    'providers: { azure-openai: { base_url: "http://z.invalid", api_key: k, prices: { mine: { input: 1, output: 1 } } } }';
  const price = { from: 0, perToken: { input: 1n, output: 1n }, source: 'list@1' };
  const http = fakeUpstream(goodAnswer);
  const house = await opening({
    http,
    config,
    change: (parts) => ({ ...parts, prices: [{ provider: 'azure-openai', model: 'gpt-listed', price }] }),
  });
  expect(await listed(house)).toEqual(['azure-openai/mine']);
  const asked = await house.ask(hello('azure-openai/gpt-listed'));
  expect([asked.status, asked.headers.get('x-trestle-cost-usd')]).toEqual([200, '0.000000002']);
});
