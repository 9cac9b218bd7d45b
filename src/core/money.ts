import {
  partsIn,
  partsOfUnit,
  type UnitClass,
  type Units,
  type Usage,
  type UsageClass,
  unitClasses,
  usageClasses,
} from './usage.ts';

/** An amount in nano-USD (10⁻⁹ $). Always an integer: money is never a float. */
export type NanoUsd = bigint;

/** A price in pico-USD (10⁻¹² $) for one token, so that $0.0375 per million tokens is the integer 37 500. */
export type PicoUsd = bigint;

/** What a call costs, whatever its time and its tier of service. */
export interface Rates {
  readonly perToken: PricePerToken;
  /** Other prices for the whole of a call with a long input, shortest first. */
  readonly tiers?: readonly PriceTier[];
  /** Per unit of what is not counted in tokens; a class that is absent costs nothing. */
  readonly perUnit?: PricePerUnit;
  /** Per call, whatever its size. */
  readonly perRequest?: NanoUsd;
}

/** Prices valid from `from` (epoch ms) until a later entry replaces them. */
export interface Price extends Rates {
  readonly from: number;
  /** Other prices of the same model, by the tier of service that answers: `flex`, `priority`, `batch` … Each is complete. */
  readonly serviceTiers?: { readonly [tier: string]: Rates };
  /** What of it its provider gives away, day by day. */
  readonly free?: FreeAllowance;
  /** Where it is from: `configuration`, `management` or the seed's name and version. */
  readonly source: string;
}

/** The first calls of each UTC day, of all models of a provider together, cost nothing: so many, of so many tokens in all. */
export interface FreeAllowance {
  readonly requestsPerDay?: number;
  readonly tokensPerDay?: number;
}

export type PricePerToken = { readonly [Class in UsageClass]?: PicoUsd };
/** In pico-USD for one image, second, character. */
export type PricePerUnit = { readonly [Class in UnitClass]?: PicoUsd };

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
  const rates = ratesOf(usage, price);
  const prices = pricesFor(usage, rates);
  let sum = rates.perRequest ?? 0n;
  for (const name of usageClasses) {
    const count = usage.tokens[name];
    if (count === undefined || count === 0) continue;
    sum += (BigInt(count) * priceOf(name, prices) + 999n) / 1000n;
  }
  return usage.units === undefined || rates.perUnit === undefined ? sum : sum + unitCost(usage.units, rates.perUnit);
}

/** Those of the tier that served; a tier without prices of its own costs as the usual one. */
function ratesOf({ serviceTier }: Usage, price: Price): Rates {
  return serviceTier === undefined ? price : (price.serviceTiers?.[serviceTier] ?? price);
}

function unitCost(units: Units, perUnit: PricePerUnit): NanoUsd {
  let sum = 0n;
  for (const name of unitClasses) {
    const [count, price] = [units[name], perUnit[name]];
    if (count === undefined || price === undefined) continue;
    const scale = 1000n * BigInt(partsOfUnit[name]);
    sum += (BigInt(partsIn(name, count)) * price + scale - 1n) / scale;
  }
  return sum;
}

function pricesFor({ tokens }: Usage, { perToken, tiers }: Rates): PricePerToken {
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

/** What one token of a class costs, by its own price or by that of the class that it is charged as. */
export function priceOf(name: UsageClass, prices: PricePerToken): PicoUsd {
  const own = prices[name];
  if (own !== undefined) return own;
  const other = chargedAs[name];
  return other === undefined ? 0n : priceOf(other, prices);
}

/** Whether a second of computing costs something, in whatever tier of service. */
export function isByTime(price: Price): boolean {
  if (price.perUnit?.computeSeconds !== undefined) return true;
  const { serviceTiers } = price;
  if (serviceTiers === undefined) return false;
  return Object.values(serviceTiers).some(({ perUnit }) => perUnit?.computeSeconds !== undefined);
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
  return formatScaled(amount, 9);
}

/** The same of pico-USD. */
export function formatPicoUsd(amount: PicoUsd): string {
  return formatScaled(amount, 12);
}

/** Units of 10^-decimals as a decimal string. */
function formatScaled(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -decimals)}${fraction === '' ? '' : `.${fraction}`}`;
}
