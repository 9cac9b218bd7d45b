import type { ConditionalPrice, ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices';
import { isPattern } from '../../src/catalog/model-pattern.ts';
import type { Price, PricePerToken, PriceTier } from '../../src/core/money.ts';
import type { UsageClass } from '../../src/core/usage.ts';
import type { PriceRecord } from '../../src/store/store.ts';
import { matchedBy, modelsOf } from './seed-match.ts';

/** A price list in our own words. */
export interface Seed {
  readonly records: readonly PriceRecord[];
  /** Prices that were not taken because nobody can mean them, with the reason. */
  readonly refused: readonly string[];
  readonly coverage: Coverage;
}

/** How many models the list has, and what of their prices could not be said. */
export interface Coverage {
  readonly providers: number;
  readonly models: number;
  /** With a price per token or call. */
  readonly priced: number;
  /** With other prices for long inputs; these are kept. */
  readonly tiered: number;
  /** Dearer at some hours: always charged at the dearer price. */
  readonly hourly: number;
  /** With a further price for something not metered here: hours, pages, images, searches. */
  readonly unmetered: number;
  /** With a match clause that no pattern says exactly. */
  readonly inexact: number;
}

/** Our kinds of provider, where the price list has another name for them. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  aws: ['bedrock'],
  azure: ['azure-openai'],
  google: ['gemini', 'vertex'],
  voyageai: ['voyage'],
  'x-ai': ['xai'],
};

/** Their words for what we meter; all are USD per million tokens. */
const classes: Readonly<Record<string, UsageClass>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cachedInput',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWriteHour',
  input_audio_mtok: 'audioInput',
  output_mtok: 'output',
  output_reasoning_mtok: 'reasoning',
  output_audio_mtok: 'audioOutput',
};
/** USD per thousand calls. */
const perThousandCalls = 'requests_kcount';

/** Above this nobody sells a million tokens or a thousand calls, in USD: ten times the dearest price ever listed. */
const dearest = 10_000;

/** Turns the price list into records: exact names and patterns, dated, in integers. Pure; `npm run reference` asks for it, no server does. */
export function convertSeed(providers: readonly Provider[], source: string): Seed {
  const records: PriceRecord[] = [];
  const refused: string[] = [];
  const counts = { providers: providers.length, models: 0, priced: 0, tiered: 0, hourly: 0, unmetered: 0, inexact: 0 };
  for (const provider of providers) {
    for (const model of provider.models) {
      const { prices, problem, traits } = pricesOf(model, source);
      if (problem !== undefined) refused.push(`${provider.id}/${model.id}: ${problem}`);
      counts.models += 1;
      counts.priced += prices.length > 0 ? 1 : 0;
      counts.tiered += traits.tiered ? 1 : 0;
      counts.hourly += traits.hourly ? 1 : 0;
      counts.unmetered += traits.unmetered ? 1 : 0;
      const { models, inexact } = namesOf(model, provider.models);
      counts.inexact += inexact ? 1 : 0;
      for (const kind of kindsOf(provider.id)) {
        records.push(...models.flatMap((name) => prices.map((price) => ({ provider: kind, model: name, price }))));
      }
    }
  }
  return { records, refused, coverage: counts };
}

/** What we call a provider of the list's. */
export function kindsOf(provider: string): readonly string[] {
  return kinds[provider] ?? [provider];
}

/** The list takes the first model whose clause matches, so a name that an earlier one takes is not this one's. */
export function namesOf(
  model: ModelInfo,
  siblings: readonly ModelInfo[],
): { readonly models: readonly string[]; readonly inexact: boolean } {
  const { models, inexact } = modelsOf(model.match);
  const own = (name: string): boolean => siblings.find(({ match }) => matchedBy(match, name)) === model;
  const names = models.filter((name) => isPattern(name) || own(name));
  return { models: [...new Set(own(model.id) ? [model.id, ...names] : names)], inexact };
}

interface Traits {
  readonly tiered: boolean;
  readonly hourly: boolean;
  readonly unmetered: boolean;
}

interface Period {
  readonly from: number;
  /** At different hours of the day; the dearest counts. */
  readonly prices: readonly ModelPrice[];
}

function pricesOf(
  { prices }: ModelInfo,
  source: string,
): { readonly prices: readonly Price[]; readonly problem: string | undefined; readonly traits: Traits } {
  const periods = Array.isArray(prices) ? periodsOf(prices) : [{ from: 0, prices: [prices] }];
  const all = periods.flatMap((period) => period.prices);
  const words = all.flatMap((price) => Object.keys(price));
  const traits = {
    tiered: all.some((price) => Object.values(price).some((value) => typeof value === 'object')),
    hourly: periods.some((period) => period.prices.length > 1),
    unmetered: words.some((word) => classes[word] === undefined && word !== perThousandCalls),
  };
  const problem = all.map(absurdity).find((found) => found !== undefined);
  if (problem !== undefined) return { prices: [], problem, traits };
  return { prices: periods.flatMap((period) => priceOf(period, source) ?? []), problem, traits };
}

/** A price for some hours of the day stands beside the one in force before it. */
function periodsOf(list: readonly ConditionalPrice[]): readonly Period[] {
  const periods: Period[] = [];
  for (const { constraint, prices } of list) {
    const last = periods.at(-1);
    if (constraint !== undefined && 'start_time' in constraint && last !== undefined) {
      periods[periods.length - 1] = { from: last.from, prices: [...last.prices, prices] };
      continue;
    }
    const date = constraint !== undefined && 'start_date' in constraint ? constraint.start_date : '1970-01-01';
    periods.push({ from: Date.parse(`${date}T00:00:00Z`), prices: [prices] });
  }
  return periods;
}

function absurdity(price: ModelPrice): string | undefined {
  for (const [word, value] of Object.entries(price)) {
    const amounts = typeof value === 'object' ? [value.base, ...value.tiers.map((tier) => tier.price)] : [value ?? 0];
    const wrong = amounts.find((amount) => !(Number.isFinite(amount) && amount >= 0 && amount <= dearest));
    if (wrong !== undefined) return `${word} is ${wrong}, which is no price from 0 to ${dearest} USD`;
  }
  return undefined;
}

/** Nothing if it has no price for a token or a call. */
function priceOf({ from, prices }: Period, source: string): Price | undefined {
  const perToken = perTokenAt(prices, 0);
  const perRequest = prices.reduce<bigint>(
    (most, price) => larger(most, micros(amountAt(price[perThousandCalls], 0))),
    0n,
  );
  if (perToken.input === undefined && perToken.output === undefined && perRequest === 0n) return undefined;
  const tiers = tiersOf(prices);
  return { from, perToken, ...(tiers.length > 0 ? { tiers } : {}), ...(perRequest > 0n ? { perRequest } : {}), source };
}

function tiersOf(prices: readonly ModelPrice[]): readonly PriceTier[] {
  const values = prices.flatMap((price) => Object.values(price));
  const starts = values.flatMap((value) => (typeof value === 'object' ? value.tiers.map(({ start }) => start) : []));
  return [...new Set(starts)]
    .toSorted((a, b) => a - b)
    .map((above) => ({ above, perToken: perTokenAt(prices, above + 1) }));
}

/** Each class at the dearest of the prices, for a call with this many input tokens. */
function perTokenAt(prices: readonly ModelPrice[], inputTokens: number): PricePerToken {
  const found: { [Class in UsageClass]?: bigint } = {};
  for (const price of prices) {
    for (const [word, name] of Object.entries(classes)) {
      const amount = amountAt(price[word], inputTokens);
      if (amount !== undefined) found[name] = larger(found[name] ?? 0n, micros(amount));
    }
  }
  return found;
}

function amountAt(value: ModelPrice[string], inputTokens: number): number | undefined {
  if (typeof value !== 'object') return value;
  const tiers = value.tiers.toSorted((a, b) => a.start - b.start);
  return tiers.findLast(({ start }) => inputTokens > start)?.price ?? value.base;
}

/** Millionths, rounded up: USD per million tokens are pico-USD per token, USD per thousand calls are nano-USD per call. */
function micros(amount: number | undefined): bigint {
  return BigInt(Math.ceil((amount ?? 0) * 1e6 - 1e-3));
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
