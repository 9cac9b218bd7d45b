import type { JsonObject } from '../core/json.ts';
import { formatPicoUsd, formatUsd, type Price, type PricePerToken, type Rates } from '../core/money.ts';
import { unitClasses, unitClassNames, usageClasses, usageClassNames } from '../core/usage.ts';

/** A price as the file could say it: USD per million tokens, per unit and per call. */
export function spelledPrice({ serviceTiers = {}, ...own }: Price): JsonObject {
  const named = Object.entries(serviceTiers).map(([tier, rates]) => [tier, spelledRates(rates)] as const);
  return { ...spelledRates(own), ...(named.length === 0 ? {} : { service_tiers: Object.fromEntries(named) }) };
}

function spelledRates({ perToken, perUnit = {}, perRequest, tiers }: Rates): JsonObject {
  const units = unitClasses.flatMap((name) => {
    const amount = perUnit[name];
    return amount === undefined ? [] : [[unitClassNames[name], formatPicoUsd(amount)] as const];
  });
  return {
    ...spelledTokens(perToken),
    ...Object.fromEntries(units),
    ...(perRequest === undefined ? {} : { request: formatUsd(perRequest) }),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map((tier) => ({ above: tier.above, ...spelledTokens(tier.perToken) })) }),
  };
}

function spelledTokens(perToken: PricePerToken): JsonObject {
  const amounts = usageClasses.flatMap((name) => {
    const amount = perToken[name];
    return amount === undefined ? [] : [[usageClassNames[name], formatUsd(amount * 1000n)] as const];
  });
  return Object.fromEntries(amounts);
}
