import { z } from 'zod';
import {
  formatPicoUsd,
  formatUsd,
  type Price,
  type PricePerToken,
  type PricePerUnit,
  type Rates,
} from '../core/money.ts';
import { byClassName, byUnitName } from '../core/usage.ts';

const perMillionFields = byClassName(() => z.string().optional());
const perUnitFields = byUnitName(() => z.string().optional().describe('USD each.'));

const ratesShape = z.object({
  ...perMillionFields,
  ...perUnitFields,
  request: z.string().optional().describe('USD per call.'),
  tiers: z
    .array(z.object({ above: z.int().describe('Tokens of input.'), ...perMillionFields }))
    .optional()
    .describe('Other prices for the whole of a call with more input than this.'),
});

export const pricesShape = ratesShape
  .extend({
    service_tiers: z
      .record(z.string(), ratesShape)
      .optional()
      .describe('Other prices by the tier of service that answers.'),
  })
  .describe('USD per million tokens. Cached input without a price of its own costs as input, reasoning as output.');

/** A price on the wire. */
export function spellPrice({ serviceTiers = {}, ...own }: Price): z.input<typeof pricesShape> {
  const named = Object.entries(serviceTiers).map(([tier, rates]) => [tier, spellRates(rates)]);
  return { ...spellRates(own), ...(named.length === 0 ? {} : { service_tiers: Object.fromEntries(named) }) };
}

function spellRates({ perToken, perUnit = {}, perRequest, tiers }: Rates): z.input<typeof ratesShape> {
  return {
    ...spellPerToken(perToken),
    ...spellPerUnit(perUnit),
    ...(perRequest === undefined ? {} : { request: formatUsd(perRequest) }),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map((tier) => ({ above: tier.above, ...spellPerToken(tier.perToken) })) }),
  };
}

/** Pico-USD per token are micro-USD per million tokens. */
function spellPerToken(price: PricePerToken): { readonly [name in keyof typeof perMillionFields]?: string } {
  return known(
    byClassName((name) => price[name]),
    (amount) => formatUsd(amount * 1000n),
  );
}

function spellPerUnit(price: PricePerUnit): { readonly [name in keyof typeof perUnitFields]?: string } {
  return known(
    byUnitName((name) => price[name]),
    formatPicoUsd,
  );
}

function known<Name extends string>(
  amounts: { readonly [name in Name]: bigint | undefined },
  spell: (amount: bigint) => string,
): { readonly [name in Name]?: string } {
  const told = Object.entries<bigint | undefined>(amounts).flatMap(([name, amount]) =>
    amount === undefined ? [] : [[name, spell(amount)] as const],
  );
  return Object.fromEntries(told) as { readonly [name in Name]?: string };
}
