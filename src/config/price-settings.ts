import type { Price, PricePerToken } from '../core/money.ts';
import type { PriceInput } from './schema.ts';

/** A price as it is configured, in force from the beginning of time. */
export function priceOf(input: PriceInput): Price {
  const { request } = input;
  const price: Price = { from: 0, perToken: perTokenOf(input), source: 'configuration' };
  return request === undefined ? price : { ...price, perRequest: request };
}

/** A price per call alone means that tokens are free. */
function perTokenOf(input: PriceInput): PricePerToken {
  const perToken = {
    input: input.input ?? 0n,
    cachedInput: input.cached_input,
    cacheWrite: input.cache_write,
    audioInput: input.audio_input,
    output: input.output ?? 0n,
    reasoning: input.reasoning,
    audioOutput: input.audio_output,
  };
  return Object.fromEntries(Object.entries(perToken).filter(([, amount]) => amount !== undefined));
}
