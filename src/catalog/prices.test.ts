import { expect, test } from 'bun:test';
import type { Price } from '../core/money.ts';
import { type PricedProvider, priceBook } from './prices.ts';

const list = 'genai-prices@0.1.8';

function price(input: bigint, source = list, from = 0): Price {
  return { from, perToken: { input, output: input * 2n }, source };
}

function provider(changes: Partial<PricedProvider> = {}): PricedProvider {
  return { name: 'openai', kind: 'openai', local: false, prices: [], ...changes };
}

function record(model: string, of: Price) {
  return { provider: 'openai', model, price: of };
}

test('the latest price that has begun is in force', () => {
  const book = priceBook({
    records: [record('o3', price(2n, list, 2_000)), record('o3', price(1n)), record('o3', price(3n, list, 3_000))],
    providers: [provider()],
  });
  const inputs = [0, 1_999, 2_000, 2_999, 3_000, 9_999].map((at) => book.priceOf('openai', 'o3', at)?.perToken.input);
  expect(inputs).toEqual([1n, 1n, 2n, 2n, 3n, 3n]);
});

test('an unknown price stays unknown, and is never taken for free', () => {
  const book = priceBook({ records: [record('o3', price(1n, list, 5_000))], providers: [provider()] });
  expect(book.priceOf('openai', 'gpt-9', 0)).toBeUndefined();
  expect(book.priceOf('openai', 'o3', 4_999)).toBeUndefined();
  expect(book.priceOf('nobody', 'o3', 9_999)).toBeUndefined();
});

test('a local target costs nothing where nobody has put a price on it', () => {
  const local = provider({
    name: 'vllm',
    kind: 'openai-compatible',
    local: true,
    prices: [{ model: 'dear', price: price(7n, 'configuration') }],
  });
  const book = priceBook({ records: [], providers: [local] });
  expect(book.priceOf('vllm', 'qwen3', 0)).toEqual({ from: 0, perToken: { input: 0n, output: 0n }, source: 'local' });
  expect(book.priceOf('vllm', 'dear', 0)?.perToken.input).toBe(7n);
});

test('an exact name comes before a pattern, a longer pattern before a shorter one', () => {
  const book = priceBook({
    records: [record('gpt-*', price(1n)), record('gpt-5-*', price(2n)), record('gpt-5-mini', price(3n))],
    providers: [provider()],
  });
  expect(
    ['gpt-4', 'gpt-5-nano', 'GPT-5-mini'].map((model) => book.priceOf('openai', model, 0)?.perToken.input),
  ).toEqual([1n, 2n, 3n]);
});

test('configuration comes before management, management before lists, a newer list before an older one', () => {
  const older = record('o3', price(1n, 'genai-prices@0.1.9', 9_000));
  const newer = record('o3', price(2n, 'genai-prices@0.1.10', 100));
  const managed = record('o3', price(3n, 'management', 200));
  const configured = provider({ prices: [{ model: '*', price: price(4n, 'configuration') }] });
  const inForce = (records: readonly (typeof older)[], of: PricedProvider) =>
    priceBook({ records, providers: [of] }).priceOf('openai', 'o3', 10_000)?.perToken.input;
  expect(inForce([older, newer], provider())).toBe(2n);
  expect(inForce([managed, older, newer], provider())).toBe(3n);
  expect(inForce([older, newer, managed], configured)).toBe(4n);
});

test('what a nearer price has not begun to say is said by the next one', () => {
  const book = priceBook({
    records: [record('o3', price(1n)), record('o3', price(3n, 'management', 500))],
    providers: [provider()],
  });
  expect([499, 500].map((at) => book.priceOf('openai', 'o3', at)?.perToken.input)).toEqual([1n, 3n]);
});

test('entries of one kind share its stored prices and keep their own', () => {
  const own = provider({ name: 'team', prices: [{ model: 'o3', price: price(9n, 'configuration') }] });
  const book = priceBook({ records: [record('o3', price(1n))], providers: [provider(), own] });
  expect(
    [book.priceOf('openai', 'o3', 0), book.priceOf('team', 'o3', 0)].map((found) => found?.perToken.input),
  ).toEqual([1n, 9n]);
});

test('models with a price under their own name are listed in order, patterns are not', () => {
  const book = priceBook({
    records: [
      record('o3', price(1n)),
      record('gpt-5', price(1n)),
      record('gpt-*', price(1n)),
      record('o3', price(2n, list, 9)),
    ],
    providers: [provider({ prices: [{ model: 'mine', price: price(0n, 'configuration') }] })],
  });
  expect(book.models('openai')).toEqual(['gpt-5', 'mine', 'o3']);
});

test('an era ends where the next price begins', () => {
  const book = priceBook({
    records: [record('a', price(1n, list, 100)), record('b', price(1n, list, 200))],
    providers: [provider()],
  });
  expect([50, 100, 199, 200].map(book.era)).toEqual([
    { from: Number.NEGATIVE_INFINITY, until: 100 },
    { from: 100, until: 200 },
    { from: 100, until: 200 },
    { from: 200, until: Number.POSITIVE_INFINITY },
  ]);
});

test('the sandbox has a price to show, with or without its parameters, and another one if somebody says so', () => {
  const sandbox = provider({ name: 'sandbox', kind: 'sandbox' });
  const book = priceBook({ records: [], providers: [sandbox] });
  const shown = { from: 0, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'sandbox' };
  expect(book.priceOf('sandbox', 'echo', 0)).toEqual(shown);
  expect(book.priceOf('sandbox', 'lorem?ttft_ms=200&fail=429', 0)).toEqual(shown);
  const dear = provider({
    name: 'sandbox',
    kind: 'sandbox',
    prices: [{ model: '*', price: price(5n, 'configuration') }],
  });
  expect(priceBook({ records: [], providers: [dear] }).priceOf('sandbox', 'echo', 0)?.perToken.input).toBe(5n);
});

test('an operator’s price under the name of an entry is that entry’s alone; a list’s under it is not meant', () => {
  const own = { provider: 'mine', model: 'o3', price: price(7n, 'management') };
  const mine = provider({ name: 'mine' });
  const others = [record('o3', price(1n)), { ...own, price: price(9n) }];
  const book = priceBook({ records: [...others, own], providers: [provider(), mine] });
  const inputs = ['openai', 'mine'].map((name) => book.priceOf(name, 'o3', 0)?.perToken.input);
  expect(inputs).toEqual([1n, 7n]);
  const without = priceBook({ records: others, providers: [mine] });
  expect(without.priceOf('mine', 'o3', 0)?.perToken.input).toBe(1n);
});
