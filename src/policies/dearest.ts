import type { Caching } from '../core/envelope.ts';
import {
  inputClasses,
  type NanoUsd,
  type PicoUsd,
  type Price,
  type PricePerToken,
  priceOf,
  type Rates,
} from '../core/money.ts';
import {
  asksUsualTier,
  partsIn,
  partsOfUnit,
  serviceTier,
  type UnitClass,
  type Units,
  unitClasses,
} from '../core/usage.ts';

/** What a call costs at most at one set of rates, in what goes in and what comes out: every token in the dearest class. */
export interface Line {
  /** For an input of more tokens than these. */
  readonly above: bigint;
  readonly input: Side;
  readonly output: Side;
  readonly rates: Rates;
}

interface Side {
  readonly price: PicoUsd;
  /** How many classes there may be whose prices are no whole nano-USD: each is rounded up on its own. */
  readonly broken: bigint;
}

export interface MostTokens {
  readonly input: bigint;
  readonly output: bigint;
}

/**
 * The lines that a call can come to. Who asks for a tier by name gets that or the usual one; who asks for the usual one gets no
 * other. Who leaves the choice to the vendor, or says nothing, may be served by any: at OpenAI that is a setting of the account.
 * What is not kept in a cache does not cost what that costs.
 */
export function linesOf(price: Price, asked: string | undefined, caching: Caching = 'long'): readonly Line[] {
  const tier = tierIn(price, asked);
  const drawn = drawnFor[caching];
  const known = drawn.get(price) ?? new Map<string, readonly Line[]>();
  const found = known.get(tier);
  if (found !== undefined) return found;
  const inputs = inputsFor[caching];
  const lines = ratesIn(price, tier).flatMap((rates) => linesAt(rates, inputs));
  known.set(tier, lines);
  drawn.set(price, known);
  return lines;
}

type Drawn = WeakMap<Price, Map<string, readonly Line[]>>;

/** Prices are the same for thousands of calls. */
const drawnFor: { readonly [Kind in Caching]: Drawn } = {
  none: new WeakMap(),
  short: new WeakMap(),
  long: new WeakMap(),
};

/** The classes that input can come into. */
const inputsFor: { readonly [Kind in Caching]: readonly (keyof PricePerToken)[] } = {
  none: inputClasses.filter((name) => name !== 'cacheWrite' && name !== 'cacheWriteHour'),
  short: inputClasses.filter((name) => name !== 'cacheWriteHour'),
  long: inputClasses,
};

/** The dearest of the lines for so many tokens and units. */
export function costAlong(lines: readonly Line[], tokens: MostTokens, units: Units | undefined): NanoUsd {
  let most = 0n;
  for (const line of lines) {
    if (tokens.input <= line.above) continue;
    const { rates } = line;
    const beside = (rates.perRequest ?? 0n) + (rates.perUnit === undefined ? 0n : unitsAt(rates.perUnit, units ?? {}));
    const cost = mostOf(tokens.input, line.input) + mostOf(tokens.output, line.output) + beside;
    if (cost > most) most = cost;
  }
  return most;
}

/** How many tokens of output an amount pays for besides the input, on each line that the input comes to; undefined if all. */
export function outputAlong(lines: readonly Line[], amount: NanoUsd, fixed: Fixed): bigint | undefined {
  let fewest: bigint | undefined;
  for (const line of lines) {
    if (fixed.input <= line.above || line.output.price === 0n) continue;
    const left = amount - costAlong([line], { input: fixed.input, output: 0n }, fixed.units) - line.output.broken;
    const tokens = left <= 0n ? 0n : (left * 1000n) / line.output.price;
    if (fewest === undefined || tokens < fewest) fewest = tokens;
  }
  return fewest;
}

export interface Fixed {
  readonly input: bigint;
  readonly units: Units | undefined;
}

const any = '';
const usual = 'default';

function tierIn(price: Price, asked: string | undefined): string {
  if (asked !== undefined && asksUsualTier(asked)) return usual;
  const named = serviceTier(asked);
  if (named === undefined) return any;
  return price.serviceTiers !== undefined && Object.hasOwn(price.serviceTiers, named) ? named : usual;
}

function ratesIn(price: Price, tier: string): readonly Rates[] {
  if (tier === usual) return [price];
  const tiers = price.serviceTiers ?? {};
  if (tier === any) return [price, ...Object.values(tiers)];
  const own = tiers[tier];
  return own === undefined ? [price] : [price, own];
}

function linesAt(rates: Rates, inputs: readonly (keyof PricePerToken)[]): readonly Line[] {
  const line = (above: bigint, prices: PricePerToken): Line => ({
    above,
    input: sideOf(prices, inputs),
    output: sideOf(prices, outputs),
    rates,
  });
  return [
    line(-1n, rates.perToken),
    ...(rates.tiers ?? []).map(({ above, perToken }) => line(BigInt(above), perToken)),
  ];
}

const outputs = ['output', 'reasoning', 'audioOutput'] as const;

function sideOf(prices: PricePerToken, classes: readonly (keyof PricePerToken)[]): Side {
  const each = classes.map((name) => priceOf(name, prices));
  const broken = BigInt(each.filter((price) => price % 1000n !== 0n).length);
  return { price: each.reduce(larger), broken };
}

export function larger(one: bigint, other: bigint): bigint {
  if (one > other) return one;
  return other;
}

function mostOf(count: bigint, { price, broken }: Side): NanoUsd {
  return count === 0n ? 0n : (count * price + 999n) / 1000n + broken;
}

function unitsAt(perUnit: NonNullable<Rates['perUnit']>, units: Units): NanoUsd {
  let sum = 0n;
  for (const name of unitClasses) sum += unitAt(name, units[name] ?? 0, perUnit);
  return sum;
}

function unitAt(name: UnitClass, count: number, perUnit: NonNullable<Rates['perUnit']>): NanoUsd {
  const scale = 1000n * BigInt(partsOfUnit[name]);
  return (BigInt(partsIn(name, count)) * (perUnit[name] ?? 0n) + scale - 1n) / scale;
}
