import { z } from 'zod';
import { formatUsd, type PicoUsd, type Price, type PricePerToken } from '../core/money.ts';
import { byClassName } from '../core/usage.ts';

const perMillionFields = byClassName(() => z.string().optional());
export const pricesShape = z
  .object({
    ...perMillionFields,
    request: z.string().optional().describe('USD per call.'),
    tiers: z
      .array(z.object({ above: z.int().describe('Tokens of input.'), ...perMillionFields }))
      .optional()
      .describe('Other prices for the whole of a call with more input than this.'),
  })
  .describe('USD per million tokens. Cached input without a price of its own costs as input, reasoning as output.');

/** A price on the wire. */
export function spellPrice({ perToken, perRequest, tiers }: Price): z.input<typeof pricesShape> {
  return {
    ...spellPerToken(perToken),
    ...(perRequest === undefined ? {} : { request: formatUsd(perRequest) }),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map((tier) => ({ above: tier.above, ...spellPerToken(tier.perToken) })) }),
  };
}

function spellPerToken(price: PricePerToken): { readonly [name in keyof typeof perMillionFields]?: string } {
  const known = Object.entries(byClassName((name) => price[name])).flatMap(([name, amount]) =>
    amount === undefined ? [] : ([[name, amount]] as const),
  );
  return Object.fromEntries(known.map(([name, amount]) => [name, perMillion(amount)]));
}

/** Pico-USD per token are micro-USD per million tokens. */
function perMillion(price: PicoUsd): string {
  return formatUsd(price * 1000n);
}
