import type { Envelope } from '../core/envelope.ts';
import { inputClasses, type NanoUsd, type PicoUsd, type Price, type PricePerToken } from '../core/money.ts';

/** Why nobody can say what a call costs at most. */
export type Unbounded = 'no-price' | 'no-output-limit' | 'unmeasured-input';

/** What of a request bounds its cost, as it stands in the request that is sent. */
export type Bounding = Pick<Envelope, 'bytes' | 'choices' | 'maxOutputTokens' | 'unmeasured'>;

/** More tokens than bytes can come of what a vendor puts around a request. */
const allowance = 256;

/**
 * The most that a call costs: `(bytes + 256) × input + output limit × choices × output`, each at the dearest class and tier
 * that it can come into; or why there is no such figure.
 */
export function priceBound(request: Bounding, price: Price | undefined): NanoUsd | Unbounded {
  if (price === undefined) return 'no-price';
  if (request.unmeasured.length > 0) return 'unmeasured-input';
  if (request.maxOutputTokens === undefined) return 'no-output-limit';
  const input = BigInt(request.bytes + allowance);
  const output = BigInt(request.maxOutputTokens) * BigInt(request.choices);
  const within = (price.tiers ?? []).filter(({ above }) => input > BigInt(above)).map(({ perToken }) => perToken);
  const costs = [price.perToken, ...within].map(
    (prices) => nano(input * dearest(prices, inputClasses)) + nano(output * dearest(prices, outputs)),
  );
  return costs.reduce(larger) + (price.perRequest ?? 0n);
}

const outputs = ['output', 'reasoning', 'audioOutput'] as const;

function dearest(prices: PricePerToken, classes: readonly (keyof PricePerToken)[]): PicoUsd {
  return classes.map((name) => prices[name] ?? 0n).reduce(larger);
}

/** Rounded up, as charges are. */
function nano(pico: PicoUsd): NanoUsd {
  return (pico + 999n) / 1000n;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
