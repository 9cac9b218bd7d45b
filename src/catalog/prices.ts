import type { FreeAllowance, Price } from '../core/money.ts';
import type { PriceRecord } from '../store/store.ts';
import { isPattern, type ModelPattern, modelPattern } from './model-pattern.ts';
import { sandboxPrices } from './sandbox-prices.ts';

/** A provider as prices see it. */
export interface PricedProvider {
  /** The name of its configuration entry. */
  readonly name: string;
  /** Under which its stored prices stand. */
  readonly kind: string;
  /** Its address is this machine: what nobody has put a price on costs nothing. */
  readonly local: boolean;
  /** From the configuration; they come before every stored one. A model may be a pattern, `*` for all others. */
  readonly prices: readonly ModelPrice[];
  /** What it gives away of whatever it has a price for. */
  readonly free?: FreeAllowance;
}

export interface ModelPrice {
  readonly model: string;
  readonly price: Price;
}

/** Prices in memory: what a call costs here and now. Immutable; a new one is made when a price changes. */
export interface PriceBook {
  /** The price in force at a time; undefined if nobody knows it, which is never the same as free. */
  priceOf(provider: string, model: string, at: number): Price | undefined;
  /** The models of a provider that have a price under their own name, in a stable order. */
  models(provider: string): readonly string[];
  /** The span around a time in which no price begins. */
  era(at: number): Era;
}

export interface Era {
  /** Inclusive, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly until: number;
}

/**
 * Of several prices the one that is nearest to the operator counts: configuration, then management, then the newest price
 * list, then older ones, then what comes with the house. Within these an exact name comes before a pattern, a longer pattern before a shorter one, and at
 * last the latest that has begun.
 */
export function priceBook(from: {
  readonly records: readonly PriceRecord[];
  readonly providers: readonly PricedProvider[];
}): PriceBook {
  const stored = Map.groupBy(from.records, ({ provider }) => provider);
  const builtIn = Map.groupBy(sandboxPrices, ({ provider }) => provider);
  const shelves = new Map(
    from.providers.map((provider) => {
      const own = provider.name === provider.kind ? [] : (stored.get(provider.name) ?? []).filter(setByOperator);
      const ofKind = stored.get(provider.kind) ?? [];
      const others = [...layersOf(own), ...layersOf(ofKind), builtIn.get(provider.kind) ?? []];
      return [provider.name, shelfOf([provider.prices, ...others], provider)];
    }),
  );
  const beginnings = [...shelves.values()].flatMap((shelf) => shelf.beginnings);
  const turns = [...new Set(beginnings)].toSorted((a, b) => a - b);
  return Object.freeze({
    priceOf: (provider: string, model: string, at: number) => shelves.get(provider)?.priceOf(model, at),
    models: (provider: string) => shelves.get(provider)?.models ?? [],
    era: (at: number) => ({
      from: turns.findLast((turn) => turn <= at) ?? Number.NEGATIVE_INFINITY,
      until: turns.find((turn) => turn > at) ?? Number.POSITIVE_INFINITY,
    }),
  });
}

/** Only these may stand under the name of an entry: a price list that knows a kind of that name does not mean this entry. */
function setByOperator({ price }: PriceRecord): boolean {
  return price.source === 'management';
}

/** One provider's prices. */
interface Shelf {
  readonly models: readonly string[];
  readonly beginnings: readonly number[];
  priceOf(model: string, at: number): Price | undefined;
}

/** Names that callers make up must not fill the memory. */
const mostRemembered = 10_000;

function shelfOf(prices: readonly (readonly ModelPrice[])[], { local, free: given }: PricedProvider): Shelf {
  const layers = [...prices, local ? free : []].map(layerOf);
  const remembered = new Map<string, readonly Price[]>();
  const timeline = (model: string): readonly Price[] => {
    const known = remembered.get(model);
    if (known !== undefined) return known;
    const priced = timelineOf(layers.flatMap((layer) => layer.find(model)));
    const found = given === undefined ? priced : priced.map((price) => ({ ...price, free: given }));
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(model, found);
    return found;
  };
  const all = prices.flat();
  const names = all.map(({ model }) => model).filter((model) => !isPattern(model));
  return {
    models: [...new Set(names)].toSorted(),
    beginnings: all.map(({ price }) => price.from),
    priceOf: (model, at) => timeline(model).findLast(({ from }) => from <= at),
  };
}

const free: readonly ModelPrice[] = [
  { model: '*', price: { from: 0, perToken: { input: 0n, output: 0n }, source: 'local' } },
];

/** Stored prices by where they are from, the operator's own first, then price lists, the newest version first. */
function layersOf(records: readonly PriceRecord[]): readonly (readonly ModelPrice[])[] {
  const sources = Map.groupBy(records, ({ price }) => price.source);
  const order = [...sources.keys()].toSorted(bySource);
  return order.map((source) => sources.get(source) ?? []);
}

function bySource(a: string, b: string): number {
  const lists = Number(a.includes('@')) - Number(b.includes('@'));
  return lists !== 0 ? lists : b.localeCompare(a, 'en', { numeric: true });
}

interface Layer {
  /** Those that speak of a model, each a list in the order of time, the most particular first. */
  find(model: string): readonly (readonly Price[])[];
}

function layerOf(prices: readonly ModelPrice[]): Layer {
  const exact = new Map<string, Price[]>();
  const patterns = new Map<string, Price[]>();
  for (const { model, price } of prices) {
    const shelf = isPattern(model) ? patterns : exact;
    const folded = model.toLowerCase();
    shelf.set(
      folded,
      [...(shelf.get(folded) ?? []), price].toSorted((a, b) => a.from - b.from),
    );
  }
  const compiled = [...patterns]
    .map(([model, dated]): [ModelPattern, readonly Price[]] => [modelPattern(model), dated])
    .toSorted(([a], [b]) => b.literal - a.literal);
  return {
    find(model) {
      const own = exact.get(model.toLowerCase());
      const others = compiled.filter(([pattern]) => pattern.matches(model)).map(([, dated]) => dated);
      return own === undefined ? others : [own, ...others];
    },
  };
}

/** Who wins from when on: at each beginning the first list that has begun by then. */
function timelineOf(lists: readonly (readonly Price[])[]): readonly Price[] {
  if (lists.length <= 1) return lists[0] ?? [];
  const turns = [...new Set(lists.flatMap((list) => list.map(({ from }) => from)))].toSorted((a, b) => a - b);
  return turns.flatMap((turn) => {
    for (const list of lists) {
      const price = list.findLast(({ from }) => from <= turn);
      if (price !== undefined) return { ...price, from: turn };
    }
    return [];
  });
}
