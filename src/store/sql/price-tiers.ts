import type { PricePerUnit, PriceTier, Rates } from '../../core/money.ts';
import { type UnitClass, type UsageClass, unitClasses, usageClasses } from '../../core/usage.ts';

/** One tier as it is written: amounts are digits, for JSON has no integers of their size. */
type Written = { readonly [Class in UsageClass]?: string } & { readonly above: number };
type WrittenUnits = { readonly [Class in UnitClass]?: string };
interface WrittenRates {
  readonly perToken: { readonly [Class in UsageClass]?: string };
  readonly tiers?: readonly Written[];
  readonly perUnit?: WrittenUnits;
  readonly perRequest?: string;
}

/** Spells tiers as JSON; null if there are none. */
export function writtenTiers(tiers: readonly PriceTier[] | undefined): string | null {
  return tiers === undefined ? null : JSON.stringify(tiers.map(tierText));
}

/** Reads what `writtenTiers` wrote. */
export function readTiers(text: string | null): readonly PriceTier[] | null {
  if (text === null) return null;
  const written: readonly Written[] = JSON.parse(text);
  return written.map(tierIn);
}

/** The same of prices per unit. */
export function writtenUnits(perUnit: PricePerUnit | undefined): string | null {
  return perUnit === undefined ? null : JSON.stringify(digits(unitClasses, perUnit));
}

export function readUnits(text: string | null): PricePerUnit | null {
  return text === null ? null : amounts(JSON.parse(text));
}

/** The same of the prices of tiers of service. */
export function writtenServiceTiers(tiers: Readonly<Record<string, Rates>> | undefined): string | null {
  if (tiers === undefined) return null;
  return JSON.stringify(Object.fromEntries(Object.entries(tiers).map(([name, rates]) => [name, ratesText(rates)])));
}

export function readServiceTiers(text: string | null): Readonly<Record<string, Rates>> | null {
  if (text === null) return null;
  const written: Readonly<Record<string, WrittenRates>> = JSON.parse(text);
  return Object.fromEntries(Object.entries(written).map(([name, rates]) => [name, ratesIn(rates)]));
}

function ratesText({ perToken, tiers, perUnit, perRequest }: Rates): WrittenRates {
  return {
    perToken: digits(usageClasses, perToken),
    ...(tiers === undefined ? {} : { tiers: tiers.map(tierText) }),
    ...(perUnit === undefined ? {} : { perUnit: digits(unitClasses, perUnit) }),
    ...(perRequest === undefined ? {} : { perRequest: perRequest.toString() }),
  };
}

function ratesIn({ perToken, tiers, perUnit, perRequest }: WrittenRates): Rates {
  return {
    perToken: amounts(perToken),
    ...(tiers === undefined ? {} : { tiers: tiers.map(tierIn) }),
    ...(perUnit === undefined ? {} : { perUnit: amounts(perUnit) }),
    ...(perRequest === undefined ? {} : { perRequest: BigInt(perRequest) }),
  };
}

function tierText({ above, perToken }: PriceTier): Written {
  return { above, ...digits(usageClasses, perToken) };
}

function tierIn({ above, ...perToken }: Written): PriceTier {
  return { above, perToken: amounts(perToken) };
}

function digits<Class extends string>(
  classes: readonly Class[],
  prices: { readonly [Name in Class]?: bigint },
): { readonly [Name in Class]?: string } {
  const told = classes.filter((name) => prices[name] !== undefined).map((name) => [name, String(prices[name])]);
  return Object.fromEntries(told);
}

function amounts(written: Readonly<Record<string, string>>): Readonly<Record<string, bigint>> {
  return Object.fromEntries(Object.entries(written).map(([name, amount]) => [name, BigInt(amount)]));
}
