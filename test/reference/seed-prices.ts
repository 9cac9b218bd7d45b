import { waitForUpdate } from '@pydantic/genai-prices';
import { type ListedAmounts, type ListedPrice, type PriceList, seedSource } from '../../src/catalog/seed-prices.ts';
import type { Price, PricePerToken } from '../../src/core/money.ts';
import { convertSeed } from './seed-conversion.ts';

/** The package gives its own, bundled list as an update that has come; it asks no network. */
const providers = (await waitForUpdate()) ?? [];

/** `src/catalog/seed-prices.json`: the price list of the package in our own words. */
export function seedPricesFile(): string {
  const { records } = convertSeed(providers, seedSource);
  const list: PriceList = Object.fromEntries(
    [...Map.groupBy(records, ({ provider }) => provider)].map(([provider, own]) => [
      provider,
      Object.fromEntries(
        [...Map.groupBy(own, ({ model }) => model)].map(([model, dated]) => [
          model,
          dated.map(({ price }) => listed(price)),
        ]),
      ),
    ]),
  );
  return `${JSON.stringify(list, null, 2)}\n`;
}

function listed({ from, perToken, tiers, perRequest }: Price): ListedPrice {
  return {
    ...(from === 0 ? {} : { from: new Date(from).toISOString().slice(0, 10) }),
    ...amounts(perToken),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map(({ above, perToken: others }) => ({ above, ...amounts(others) })) }),
    ...(perRequest === undefined ? {} : { perRequest: Number(perRequest) }),
  };
}

function amounts(perToken: PricePerToken): ListedAmounts {
  return Object.fromEntries(Object.entries(perToken).map(([name, amount]) => [name, Number(amount)]));
}
