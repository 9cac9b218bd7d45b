import { tokenColumns } from '../token-columns.ts';
import { unitColumns } from '../unit-columns.ts';

/** Amounts. Each is two measures, so that every sum is one that a number holds exactly. */
export const amounts = ['cost', 'overrun', 'adjusted', 'reported_cost'] as const;
export type AmountName = (typeof amounts)[number];

/** Whole dollars, and the nano-dollars left. */
export function amountNames(name: string): readonly [dollars: string, nanos: string] {
  return [`${name}_dollars`, `${name}_nanos`];
}

/** Everything that is added up of the ledger. A class of tokens or units that is added to it is added here by itself. */
export const measureNames: readonly string[] = [
  ...['requests', 'failures', 'unpriced'],
  ...amounts.flatMap(amountNames),
  ...tokenColumns,
  ...unitColumns,
];
