import type { Price } from '../core/money.ts';
import type { PriceRecord } from '../store/store.ts';

/** Nobody is charged for the sandbox: the price is there so that a first call shows what a cost looks like. */
const illustrative: Price = { from: 0, perToken: { input: 1_000_000n, output: 2_000_000n }, source: 'sandbox' };
const ofInput: Price = { ...illustrative, perToken: { input: 1_000_000n } };

/** What the sandbox's models are called; each may be asked for with a query that sets its faults and pace. */
const models: Readonly<Record<string, Price>> = { echo: illustrative, embed: ofInput, lorem: illustrative };

/** $1 per million tokens of input, $2 of output; any price from the configuration or the store comes before it. */
export const sandboxPrices: readonly PriceRecord[] = Object.entries(models).flatMap(([model, price]) => [
  { provider: 'sandbox', model, price },
  { provider: 'sandbox', model: `${model}?*`, price },
]);
