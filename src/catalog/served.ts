import type { Price } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';

/** What a model is known to be asked for: of what its provider offers, what its price is for. */
export function servedOperations(
  offered: readonly OperationName[],
  price: Price | undefined,
): readonly OperationName[] {
  return price === undefined || isFree(price) ? offered : offered.filter((operation) => isFor(operation, price));
}

/**
 * The price of an operation, if it is one of it: a price for input alone says nothing of what a model writes, and a call must
 * not be free because its output has none.
 */
export function priceFor(operation: OperationName, price: Price | undefined): Price | undefined {
  return price !== undefined && written.has(operation) && !writes(price) && !isFree(price) ? undefined : price;
}

/** What an operation is charged by: its price, and nothing for what no vendor charges. */
export function chargedPrice(operation: OperationName, price: Price | undefined): Price | undefined {
  return unpaid.has(operation) ? free : priceFor(operation, price);
}

/** Vendors that count take nothing for it, nor does our own estimate: https://platform.claude.com/docs/en/build-with-claude/token-counting */
const unpaid: ReadonlySet<OperationName> = new Set<OperationName>(['count-tokens']);
const free: Price = { from: 0, perToken: {}, source: 'unpaid operation' };

function isFor(operation: OperationName, price: Price): boolean {
  return !(writes(price) ? unwritten : written).has(operation);
}

/** Operations of models that write: one that has a price for its input alone does not serve them. */
const written: ReadonlySet<OperationName> = new Set<OperationName>(['chat', 'count-tokens']);
/** Operations without any output in tokens: one that has a price for it does not serve them. */
const unwritten: ReadonlySet<OperationName> = new Set<OperationName>(['embed']);

function writes({ perToken, perRequest }: Price): boolean {
  return perToken.output !== undefined || perRequest !== undefined;
}

/** That it costs nothing tells nothing of what it does: so do all models of a local server. */
function isFree({ perToken, perRequest = 0n, perUnit = {} }: Price): boolean {
  return perRequest === 0n && [...Object.values(perToken), ...Object.values(perUnit)].every((price) => price === 0n);
}
