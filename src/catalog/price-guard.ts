import type { Price, PricePerToken, Rates } from '../core/money.ts';
import { unitClasses, usageClasses } from '../core/usage.ts';
import type { PriceRecord } from '../store/store.ts';

/** A price that was not taken, because it is too far from the one in force to be believed. */
export interface PriceJump {
  readonly provider: string;
  readonly model: string;
  /** What would have changed, and how: a sentence for the operator. */
  readonly why: string;
}

/** No vendor changes a price by more than this at once; a list with a slipped decimal point does. */
const mostTimes = 5n;

/** Why a price cannot follow another: the first class that would become more than five times dearer or cheaper. Undefined if it can. */
export function priceJump(inForce: Price, next: Price): string | undefined {
  const usual = ratesJump(inForce, next);
  if (usual !== undefined) return usual;
  for (const [tier, rates] of Object.entries(next.serviceTiers ?? {})) {
    const former = inForce.serviceTiers?.[tier];
    const jump = former && ratesJump(former, rates);
    if (jump !== undefined) return `in the tier ${tier} ${jump}`;
  }
  return undefined;
}

function ratesJump(inForce: Rates, next: Rates): string | undefined {
  const tokens = jumpIn(inForce.perToken, next.perToken);
  if (tokens !== undefined) return tokens;
  const { perRequest: before, tiers = [] } = inForce;
  if (before !== undefined && next.perRequest !== undefined && isJump(before, next.perRequest))
    return `a call would cost ${next.perRequest} nano-USD after ${before}`;
  for (const name of unitClasses) {
    const [was, is] = [inForce.perUnit?.[name], next.perUnit?.[name]];
    if (was !== undefined && is !== undefined && isJump(was, is))
      return `one of ${name} would cost ${is} pico-USD after ${was}`;
  }
  for (const tier of next.tiers ?? []) {
    const former = tiers.find(({ above }) => above === tier.above);
    const jump = former && jumpIn(former.perToken, tier.perToken);
    if (jump !== undefined) return `above ${tier.above} tokens ${jump}`;
  }
  return undefined;
}

/**
 * Parts the records of a new price list: those that follow what is in force at this time, and those that jump. A model that
 * had no price of its own name is new, and taken.
 */
export function guardedPrices(
  stored: readonly PriceRecord[],
  next: readonly PriceRecord[],
  at: number,
): { readonly taken: readonly PriceRecord[]; readonly jumps: readonly PriceJump[] } {
  // The first start of all has nothing that a price could be compared with, and somebody waiting for it.
  if (stored.length === 0) return { taken: next, jumps: [] };
  const before = inForceByName(stored, at);
  const after = inForceByName(next, at);
  const jumps = new Map<string, PriceJump>();
  for (const [key, { provider, model, price }] of after) {
    const former = before.get(key);
    const why = former && priceJump(former.price, price);
    if (why !== undefined) jumps.set(key, { provider, model, why });
  }
  // A model's dated prices belong together: where the one in force is not believed, none of them is.
  return { taken: next.filter((record) => !jumps.has(keyOf(record))), jumps: [...jumps.values()] };
}

function jumpIn(before: PricePerToken, after: PricePerToken): string | undefined {
  for (const name of usageClasses) {
    const [was, is] = [before[name], after[name]];
    if (was !== undefined && is !== undefined && isJump(was, is))
      return `${name} would cost ${is} pico-USD per token after ${was}`;
  }
  return undefined;
}

/** From free to paid and back is one, however small. */
function isJump(before: bigint, after: bigint): boolean {
  return before !== after && (after > before * mostTimes || before > after * mostTimes);
}

/** Of several lists the newest counts, as in the price book; an operator's own price is nobody's to follow. */
function inForceByName(records: readonly PriceRecord[], at: number): ReadonlyMap<string, PriceRecord> {
  const found = new Map<string, PriceRecord>();
  for (const record of records) {
    const { price } = record;
    if (price.from > at || !price.source.includes('@')) continue;
    const other = found.get(keyOf(record));
    if (other === undefined || isLater(price, other.price)) found.set(keyOf(record), record);
  }
  return found;
}

function isLater(one: Price, other: Price): boolean {
  const order = versions.compare(one.source, other.source);
  return order === 0 ? one.from >= other.from : order > 0;
}

const versions = new Intl.Collator('en', { numeric: true });

function keyOf({ provider, model }: PriceRecord): string {
  return `${provider} ${model.toLowerCase()}`;
}
