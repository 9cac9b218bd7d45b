import { expect, test } from 'bun:test';
import { Failure, type FailureKind } from '../core/failure.ts';
import { costOf } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { PlanQuestion } from '../policies/route.ts';
import type { RoutedAlias, RoutedProvider } from './names.ts';
import { type PricedProvider, priceBook } from './prices.ts';
import { type ModelRoutes, routes } from './routes.ts';

const chat: readonly OperationName[] = ['chat'];
const price = { from: 0, perToken: { input: 1n, output: 2n }, source: 'list@1' };
const dearer = { ...price, from: 1_000, perToken: { input: 3n, output: 4n } };
const embedding = { from: 0, perToken: { input: 1n }, source: 'list@1' };

const records = [
  { provider: 'openai', model: 'gpt-5-mini', price },
  { provider: 'openai', model: 'gpt-5-mini', price: dearer },
  { provider: 'openai', model: 'gpt-5', price },
  { provider: 'openai', model: 'text-embedding-3', price: embedding },
  { provider: 'groq', model: 'meta-llama/llama-4', price },
  { provider: 'groq', model: 'gpt-5', price },
];

function given(name: string, changes: Partial<PricedProvider & RoutedProvider> = {}): PricedProvider & RoutedProvider {
  return { name, kind: name, local: false, prices: [], operations: chat, ...changes };
}

const providers = [
  given('openai'),
  given('groq'),
  given('sandbox'),
  given('my-vllm', { kind: 'openai-compatible', local: true, models: ['meta-llama/Llama-3', 'qwen3'] }),
  given('painter', { operations: [] }),
];
const aliases: readonly RoutedAlias[] = [
  {
    name: 'fast',
    targets: [
      { provider: 'openai', model: 'gpt-5-mini' },
      { provider: 'groq', model: 'meta-llama/llama-4' },
    ],
  },
  {
    name: 'team/paint',
    targets: [
      { provider: 'painter', model: 'brush' },
      { provider: 'openai', model: 'gpt-5' },
    ],
  },
];

function house(): ModelRoutes {
  return routes({ providers, aliases, prices: priceBook({ records, providers }) });
}

function ask(model: string, changes: Partial<PlanQuestion> = {}): PlanQuestion {
  return { model, operation: 'chat', at: 0, ...changes };
}

function refusal(
  model: string,
  changes: Partial<PlanQuestion> = {},
): { readonly kind: FailureKind; readonly message: string; readonly param: string | undefined } {
  try {
    house().plan(ask(model, changes));
  } catch (thrown) {
    if (thrown instanceof Failure) return { kind: thrown.kind, message: thrown.message, param: thrown.details.param };
    throw thrown;
  }
  throw new Error(`${model} was not refused`);
}

test('an alias leads to its targets in order, each with its price', () => {
  expect(house().plan(ask('fast'))).toEqual({
    targets: [
      { provider: 'openai', model: 'gpt-5-mini', price },
      { provider: 'groq', model: 'meta-llama/llama-4', price },
    ],
  });
});

test('provider/model always works, known or not, with slashes and queries of its own', () => {
  const free = { from: 0, perToken: { input: 0n, output: 0n }, source: 'local' };
  const shown = { from: 0, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'sandbox' };
  const cases = {
    'openai/gpt-5': { provider: 'openai', model: 'gpt-5', price },
    'openai/brand-new': { provider: 'openai', model: 'brand-new' },
    'my-vllm/meta-llama/Llama-3': { provider: 'my-vllm', model: 'meta-llama/Llama-3', price: free },
    'sandbox/echo?ttft_ms=200': { provider: 'sandbox', model: 'echo?ttft_ms=200', price: shown },
  };
  for (const [name, target] of Object.entries(cases)) expect(house().plan(ask(name))).toEqual({ targets: [target] });
});

test('a bare name works where exactly one provider offers it', () => {
  const targets = ['gpt-5-mini', 'meta-llama/Llama-3', 'meta-llama/llama-4', 'echo'].map(
    (name) => house().plan(ask(name)).targets[0],
  );
  expect(targets.map(({ provider, model }) => `${provider} ${model}`)).toEqual([
    'openai gpt-5-mini',
    'my-vllm meta-llama/Llama-3',
    'groq meta-llama/llama-4',
    'sandbox echo',
  ]);
});

test('a bare name that several offer is refused with the candidates', () => {
  expect(refusal('gpt-5')).toEqual({
    kind: 'model-ambiguous',
    message: '"gpt-5" is offered by several providers; ask for groq/gpt-5 or openai/gpt-5.',
    param: 'model',
  });
});

test('an unknown name is refused with the nearest ones', () => {
  const cases = {
    'opnai/gpt5-mini': 'There is no model "opnai/gpt5-mini" here; did you mean openai/gpt-5-mini?',
    'gpt5-mini': 'There is no model "gpt5-mini" here; did you mean gpt-5-mini?',
    fats: 'There is no model "fats" here; did you mean fast?',
    'openai/':
      'There is no model "openai/" here; did you mean openai/gpt-5, openai/gpt-5-mini or openai/text-embedding-3?',
    'something-else':
      'There is no model "something-else" here; write provider/model, where the provider is openai, groq, sandbox, my-vllm or painter.',
  };
  for (const [name, message] of Object.entries(cases))
    expect(refusal(name)).toEqual({ kind: 'model-unknown', message, param: 'model' });
});

test('names with control characters, no name and endless names are refused', () => {
  expect(refusal('gpt\n5')).toEqual({
    kind: 'request-invalid',
    message: 'The model\'s name "gpt\\n5" has characters that cannot be printed; take them out.',
    param: 'model',
  });
  expect(refusal('openai/\ud800').kind).toBe('request-invalid');
  expect(refusal('').kind).toBe('request-invalid');
  const { kind, message } = refusal('x'.repeat(10_000));
  expect(kind).toBe('model-unknown');
  expect(message).toBe(
    `A model's name has at most 1024 characters; this one, beginning with "${'x'.repeat(80)}…", has 10000.`,
  );
});

test('targets that do not offer the operation are left out; if none does, the refusal names others', () => {
  expect(house().plan(ask('team/paint')).targets).toEqual([{ provider: 'openai', model: 'gpt-5', price }]);
  expect(refusal('painter/brush')).toEqual({
    kind: 'operation-unsupported',
    message:
      'painter does not offer chat, so "painter/brush" cannot be asked for it; try openai/gpt-5, groq/gpt-5, sandbox/echo or my-vllm/meta-llama/Llama-3.',
    param: 'model',
  });
});

test('a key with a list may use what is on it, as it is asked', () => {
  const may = (model: string, allowed: readonly string[]): boolean => {
    try {
      return house().plan(ask(model, { allowed })).targets.length > 0;
    } catch {
      return false;
    }
  };
  expect(may('fast', ['fast'])).toBe(true);
  expect(may('openai/gpt-5-mini', ['fast'])).toBe(false);
  expect(may('fast', ['openai/*'])).toBe(false);
  expect(may('openai/anything', ['openai/*'])).toBe(true);
  expect(may('openai/anything', ['*'])).toBe(true);
  expect(may('gpt-5-mini', ['openai/gpt-5-mini'])).toBe(true);
  expect(may('openai/gpt-5-mini', ['gpt-5-mini'])).toBe(false);
  expect(may('sandbox/echo?fail=429', ['sandbox/echo'])).toBe(true);
  expect(may('sandbox/lorem?sandbox/echo', ['sandbox/echo'])).toBe(false);
  expect(may('fast', [])).toBe(false);
});

test('what a key may not use is refused with what it may', () => {
  expect(refusal('openai/gpt-5', { allowed: ['fast', 'sandbox/*'] })).toEqual({
    kind: 'model-forbidden',
    message: 'This key may not use the model "openai/gpt-5"; it may use fast or sandbox/*.',
    param: 'model',
  });
});

test('a key with a list learns nothing of other names', () => {
  expect(refusal('gpt5-mini', { allowed: ['fast'] }).kind).toBe('model-forbidden');
  expect(refusal('gpt-5', { allowed: ['fast'] }).kind).toBe('model-forbidden');
  expect(refusal('sandbox-echo', { allowed: ['sandbox*'] }).message).toBe(
    'There is no model "sandbox-echo" here; did you mean sandbox/echo?',
  );
  expect(refusal('sandbox-echo', { allowed: ['sandbox-*'] }).message).not.toContain('sandbox/echo');
  expect(refusal('painter/brush', { allowed: ['painter/*', 'sandbox/echo'] }).message).toContain('try sandbox/echo.');
});

test('a permission given to one key is not remembered for another', () => {
  const house1 = house();
  house1.plan(ask('fast'));
  expect(() => house1.plan(ask('fast', { allowed: ['sandbox/*'] }))).toThrow('may not use');
});

test('a plan has the prices of its time, whichever way the clock turns', () => {
  const one = house();
  const inputs = [0, 999, 1_000, 0].map(
    (at) => one.plan(ask('openai/gpt-5-mini', { at })).targets[0].price?.perToken.input,
  );
  expect(inputs).toEqual([1n, 1n, 3n, 1n]);
});

test('a count costs nothing, whatever the model costs that is counted for', () => {
  const perCall = given('per-call', { prices: [{ model: '*', price: { ...price, perRequest: 7n } }] });
  const counting = [...providers, perCall].map((one) => ({
    ...one,
    operations: [...one.operations, 'count-tokens'] as const,
  }));
  const counted = routes({ providers: counting, aliases, prices: priceBook({ records, providers: counting }) });
  for (const model of ['fast', 'openai/gpt-5', 'per-call/m', 'my-vllm/qwen3', 'groq/no-price']) {
    const { targets } = counted.plan(ask(model, { operation: 'count-tokens' }));
    for (const { price: paid } of targets) {
      expect(paid && costOf({ tokens: { input: 1_000_000, output: 1_000 } }, paid)).toBe(0n);
    }
  }
  expect(counted.list({ at: 0 }).map(({ id }) => id)).not.toContain('openai/text-embedding-3');
});

test('the list shows aliases, then models in order, with prices, and nothing that cannot be asked', () => {
  const free = { from: 0, perToken: { input: 0n, output: 0n }, source: 'local' };
  const shown = { from: 0, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'sandbox' };
  const model = (id: string, of: typeof price | undefined) => {
    const provider = id.slice(0, id.indexOf('/'));
    return { id, source: 'provider', provider, operations: chat, ...(of === undefined ? {} : { price: of }) };
  };
  expect(house().list({ at: 0 })).toEqual([
    { id: 'fast', source: 'alias', operations: chat, price },
    { id: 'team/paint', source: 'alias', operations: chat, price },
    model('groq/gpt-5', price),
    model('groq/meta-llama/llama-4', price),
    model('my-vllm/meta-llama/Llama-3', free),
    model('my-vllm/qwen3', free),
    model('openai/gpt-5', price),
    model('openai/gpt-5-mini', price),
    model('sandbox/echo', shown),
    model('sandbox/lorem', shown),
  ] as ReturnType<ModelRoutes['list']>);
  expect(
    house()
      .list({ at: 0, allowed: ['fast', 'sandbox/*'] })
      .map(({ id }) => id),
  ).toEqual(['fast', 'sandbox/echo', 'sandbox/lorem']);
});

test('a model is listed for what its price is for: one without output embeds, one with output writes', () => {
  const all: readonly OperationName[] = ['chat', 'embed', 'count-tokens'];
  const able = providers.map((one) => ({ ...one, operations: one.operations.length === 0 ? [] : all }));
  const book = priceBook({ records, providers: able });
  const listed = routes({ providers: able, aliases, prices: book }).list({ at: 0 });
  expect(Object.fromEntries(listed.map(({ id, operations }) => [id, operations]))).toEqual({
    fast: ['chat', 'count-tokens'],
    'team/paint': ['chat', 'count-tokens'],
    'groq/gpt-5': ['chat', 'count-tokens'],
    'groq/meta-llama/llama-4': ['chat', 'count-tokens'],
    // Here everything costs nothing, which tells nothing.
    'my-vllm/meta-llama/Llama-3': all,
    'my-vllm/qwen3': all,
    'openai/gpt-5': ['chat', 'count-tokens'],
    'openai/gpt-5-mini': ['chat', 'count-tokens'],
    'openai/text-embedding-3': ['embed'],
    'sandbox/echo': ['chat', 'count-tokens'],
    'sandbox/embed': ['embed'],
    'sandbox/lorem': ['chat', 'count-tokens'],
  });
});

test('a price without output is no price of a chat, which would be half free; that of a chat has the price of its input', () => {
  const able = providers.map((one) => ({ ...one, operations: ['chat', 'embed'] as const }));
  const book = routes({ providers: able, aliases, prices: priceBook({ records, providers: able }) });
  const priceOf = (model: string, operation: OperationName) => book.plan(ask(model, { operation })).targets[0].price;
  expect(priceOf('openai/text-embedding-3', 'embed')).toEqual(embedding);
  expect(priceOf('openai/text-embedding-3', 'chat')).toBeUndefined();
  expect(priceOf('openai/gpt-5-mini', 'embed')).toEqual(price);
  expect(priceOf('my-vllm/qwen3', 'chat')).toMatchObject({ source: 'local' });
});

test('who asks for what nobody there offers is shown a model that is good for it', () => {
  const able = providers.map((one) => ({
    ...one,
    operations: one.name === 'groq' ? chat : (['chat', 'embed'] as const),
  }));
  const book = routes({ providers: able, aliases, prices: priceBook({ records, providers: able }) });
  expect(() => book.plan(ask('groq/gpt-5', { operation: 'embed' }))).toThrow(
    'groq does not offer embed, so "groq/gpt-5" cannot be asked for it; try openai/text-embedding-3, sandbox/embed or my-vllm/meta-llama/Llama-3.',
  );
});

test('a provider that is switched off refuses in words, and an alias goes on to its next target', () => {
  const off = providers.map((one) => (one.name === 'openai' ? { ...one, disabled: true as const } : one));
  const found = routes({ providers: off, aliases, prices: priceBook({ records, providers: off }) });
  const question = { operation: 'chat', at: 0 } as const;
  expect(found.plan({ ...question, model: 'fast' }).targets.map(({ provider }) => provider)).toEqual(['groq']);
  expect(() => found.plan({ ...question, model: 'openai/gpt-5' })).toThrow('openai is switched off for now');
  expect(found.list({ at: 0 }).map(({ id }) => id)).not.toContain('openai/gpt-5');
});
