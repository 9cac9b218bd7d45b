import type { FreeAllowance, Price, PricePerToken, PricePerUnit, PriceTier, Rates } from '../core/money.ts';
import { unitClasses, unitClassNames, usageClasses, usageClassNames } from '../core/usage.ts';
import type { PriceInput, RatesInput } from './price-schema.ts';
import type { ProviderInput } from './schema.ts';

/** A price as it is configured, in force from the beginning of time. */
export function priceOf(input: PriceInput): Price {
  const { service_tiers: byTier, instance_usd_per_hour: perHour, parallel, ...own } = input;
  const perSecond = perHour === undefined ? undefined : secondOf(perHour, BigInt(parallel ?? 1));
  const named = Object.entries(byTier ?? {}).map(([tier, rates]) => [tier, ratesOf(rates)]);
  return {
    from: 0,
    ...ratesOf(perSecond === undefined ? own : { ...own, compute_second: perSecond }),
    ...(named.length === 0 ? {} : { serviceTiers: Object.fromEntries(named) }),
    source: 'configuration',
  };
}

/** What a provider's entry says that it gives away. */
export function freeAllowance(input: NonNullable<ProviderInput['free']>): FreeAllowance {
  const { requests_per_day: requestsPerDay, tokens_per_day: tokensPerDay } = input;
  return {
    ...(requestsPerDay === undefined ? {} : { requestsPerDay }),
    ...(tokensPerDay === undefined ? {} : { tokensPerDay }),
  };
}

/** One second of one of the calls that share a machine, in pico-USD, of its hour in millionths of a dollar; rounded up. */
function secondOf(perHour: bigint, parallel: bigint): bigint {
  const shares = 3600n * parallel;
  return (perHour * 1_000_000n + shares - 1n) / shares;
}

function ratesOf(input: RatesInput): Rates {
  const { request, tiers } = input;
  const perUnit = perUnitOf(input);
  return {
    perToken: perTokenOf(input),
    ...(tiers === undefined ? {} : { tiers: tiers.map(tierOf).toSorted((a, b) => a.above - b.above) }),
    ...(Object.keys(perUnit).length === 0 ? {} : { perUnit }),
    ...(request === undefined ? {} : { perRequest: request }),
  };
}

function tierOf({ above, ...amounts }: NonNullable<RatesInput['tiers']>[number]): PriceTier {
  return { above, perToken: perTokenOf(amounts) };
}

/** A price per call or unit alone means that tokens are free; one for input alone is that of a model without output. */
function perTokenOf(input: Omit<RatesInput, 'tiers'>): PricePerToken {
  const priced = usageClasses.map((name) => [name, input[usageClassNames[name]]] as const);
  const given = Object.fromEntries(priced.filter(([, amount]) => amount !== undefined));
  return input.input === undefined ? { input: 0n, output: 0n, ...given } : given;
}

function perUnitOf(input: Omit<RatesInput, 'tiers'>): PricePerUnit {
  const priced = unitClasses.map((name) => [name, input[unitClassNames[name]]] as const);
  return Object.fromEntries(priced.filter(([, amount]) => amount !== undefined));
}
