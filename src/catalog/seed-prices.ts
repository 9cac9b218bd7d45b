import type { PricePerToken } from '../core/money.ts';
import { usageClasses } from '../core/usage.ts';
import type { PriceRecord } from '../store/store.ts';

/** The price list that comes with this version, as it is named in every price taken from it. */
export const seedSource = 'genai-prices@0.1.8';

/** `seed-prices.json`, which `npm run reference` writes: by kind of provider and by model, the dated prices of each. */
export type PriceList = Readonly<Record<string, Readonly<Record<string, readonly ListedPrice[]>>>>;

/** By classes of tokens, pico-USD for one token: all are far below 2⁵³, so that JSON says them exactly. */
export type ListedAmounts = { readonly [Class in keyof PricePerToken]?: number };

export interface ListedPrice extends ListedAmounts {
  /** The day on which it begins, such as 2025-06-10; always in force if absent. */
  readonly from?: string;
  readonly tiers?: readonly ({ readonly above: number } & ListedAmounts)[];
  /** In nano-USD. */
  readonly perRequest?: number;
}

/** Every price of the list. It is read by the first start alone, so it is loaded when somebody asks. */
export async function listedPrices(): Promise<readonly PriceRecord[]> {
  const { default: list } = await import('./seed-prices.json', { with: { type: 'json' } });
  return pricesIn(list);
}

/** The records that a list stands for. */
export function pricesIn(list: PriceList): readonly PriceRecord[] {
  return Object.entries(list).flatMap(([provider, models]) =>
    Object.entries(models).flatMap(([model, prices]) =>
      prices.map((price) => ({ provider, model, price: priceIn(price) })),
    ),
  );
}

function priceIn({ from, tiers, perRequest, ...amounts }: ListedPrice): PriceRecord['price'] {
  return {
    from: from === undefined ? 0 : Date.parse(`${from}T00:00:00Z`),
    perToken: perTokenIn(amounts),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map(({ above, ...others }) => ({ above, perToken: perTokenIn(others) })) }),
    ...(perRequest === undefined ? {} : { perRequest: BigInt(perRequest) }),
    source: seedSource,
  };
}

function perTokenIn(amounts: ListedAmounts): PricePerToken {
  const perToken: { -readonly [Class in keyof PricePerToken]: PricePerToken[Class] } = {};
  for (const name of usageClasses) {
    const amount = amounts[name];
    if (amount !== undefined) perToken[name] = BigInt(amount);
  }
  return perToken;
}
