import { type Usage, type UsageClass, usageClasses } from './usage.ts';

/** An amount in nano-USD (10⁻⁹ $). Always an integer: money is never a float. */
export type NanoUsd = bigint;

/** A price in pico-USD (10⁻¹² $) for one token, so that $0.0375 per million tokens is the integer 37 500. */
export type PicoUsd = bigint;

/** Prices per token class, valid from `from` (epoch ms) until a later entry replaces them. */
export interface Price {
  readonly from: number;
  readonly perToken: PricePerToken;
  /** Other prices for the whole of a call with a long input, shortest first. */
  readonly tiers?: readonly PriceTier[];
  /** Per call, whatever its size. */
  readonly perRequest?: NanoUsd;
  /** Where it is from: `configuration`, `management` or the seed's name and version. */
  readonly source: string;
}

export type PricePerToken = { readonly [Class in UsageClass]?: PicoUsd };

/** What a call costs whose input, cached and uncached together, is more than `above` tokens. */
export interface PriceTier {
  readonly above: number;
  readonly perToken: PricePerToken;
}

/** What a class without a price of its own is charged as. Reasoning is output, a cached token is still input. */
const chargedAs: { readonly [Class in UsageClass]?: UsageClass } = {
  cachedInput: 'input',
  cacheWrite: 'input',
  cacheWriteHour: 'cacheWrite',
  audioInput: 'input',
  reasoning: 'output',
  audioOutput: 'output',
};

/** The cost of a usage: each class on its own, a fraction of a nano-USD rounded up per class. */
export function costOf(usage: Usage, price: Price): NanoUsd {
  const prices = pricesFor(usage, price);
  let sum = price.perRequest ?? 0n;
  for (const name of usageClasses) {
    const count = usage.tokens[name];
    if (count === undefined || count === 0) continue;
    sum += (BigInt(count) * priceOf(name, prices) + 999n) / 1000n;
  }
  return sum;
}

function pricesFor({ tokens }: Usage, { perToken, tiers }: Price): PricePerToken {
  if (tiers === undefined) return perToken;
  const input = inputClasses.reduce((sum, name) => sum + (tokens[name] ?? 0), 0);
  return tiers.findLast(({ above }) => input > above)?.perToken ?? perToken;
}

/** The classes of what goes in. */
export const inputClasses = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWriteHour',
  'audioInput',
] as const satisfies readonly UsageClass[];

function priceOf(name: UsageClass, prices: PricePerToken): PicoUsd {
  const own = prices[name];
  if (own !== undefined) return own;
  const other = chargedAs[name];
  return other === undefined ? 0n : priceOf(other, prices);
}

const decimal = /^(-?)(\d{1,12})(?:\.(\d{1,12}))?$/;

/** Reads a decimal number of USD (`"0.15"`, `2.5`) into units of 10^-digits. Throws a RangeError for what it can't hold. */
export function scaledUsd(amount: string | number, digits: number): bigint {
  const text = typeof amount === 'number' ? plainDecimal(amount) : amount.trim();
  const match = decimal.exec(text);
  const fraction = (match?.[3] ?? '').replace(/0+$/, '');
  if (match === null || fraction.length > digits) {
    throw new RangeError(`${JSON.stringify(amount)} is no amount in USD with at most ${digits} decimals`);
  }
  const scaled = BigInt((match[2] ?? '0') + fraction.padEnd(digits, '0'));
  return match[1] === '-' ? -scaled : scaled;
}

function plainDecimal(amount: number): string {
  return Number.isFinite(amount) ? amount.toFixed(12).replace(/\.?0+$/, '') : String(amount);
}

/** USD per million tokens, as people and price lists write it, into pico-USD per token. */
export function picoPerToken(usdPerMillion: string | number): PicoUsd {
  return scaledUsd(usdPerMillion, 6);
}

/** A decimal string in USD, exact, without trailing zeros: `1500n` is `"0.0000015"`. */
export function formatUsd(amount: NanoUsd): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}
