import type { Config } from './config/config.ts';
import type { PriceRecord, Prices } from './store/store.ts';

/** The stored prices of some providers. A price list knows many times more than anybody has configured. */
export interface PricesInForce {
  /** Names of entries, and their kinds. */
  readonly providers: ReadonlySet<string>;
  readonly records: readonly PriceRecord[];
}

export const noPrices: PricesInForce = { providers: new Set(), records: [] };

/** Those of every provider that this configuration has. What was read before is read again only if one is missing. */
export async function pricesFor(config: Config, prices: Prices, before: PricesInForce): Promise<PricesInForce> {
  const providers = new Set(
    [...config.providers, ...config.discoverable].flatMap(({ name, kind }) => [name, kind.name]),
  );
  if (providers.isSubsetOf(before.providers)) return before;
  return { providers, records: await prices.of([...providers]) };
}
