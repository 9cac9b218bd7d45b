import type { Price, PricePerToken } from '../core/money.ts';
import { usageClasses, usageClassNames } from '../core/usage.ts';
import type { PriceInput } from './schema.ts';

/** A price as it is configured, in force from the beginning of time. */
export function priceOf({ request, ...perToken }: PriceInput): Price {
  const price: Price = { from: 0, perToken: perTokenOf(perToken), source: 'configuration' };
  return request === undefined ? price : { ...price, perRequest: request };
}

/** A price per call alone means that tokens are free; one for input alone is that of a model without output. */
function perTokenOf(input: Omit<PriceInput, 'request'>): PricePerToken {
  const priced = usageClasses.map((name) => [name, input[usageClassNames[name]]] as const);
  const given = Object.fromEntries(priced.filter(([, amount]) => amount !== undefined));
  return input.input === undefined ? { input: 0n, output: 0n, ...given } : given;
}
