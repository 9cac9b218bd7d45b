import type { Budget, LimitOwner } from '../../core/limit.ts';
import type { Entry } from '../store.ts';
import { Account } from './account.ts';
import { type Windows, windowsOf } from './window.ts';

/** A budget with its balances. One whose way of counting is changed is another one. */
export interface KeptBudget {
  /** Names it where its balances are kept. */
  readonly number: number;
  readonly owner: LimitOwner;
  /** As it was last seen in force. */
  budget: Budget;
  /** What of it decides which money counts when. */
  readonly shape: string;
  readonly windows: Windows;
  /** By value; a budget without `*` has one, by the empty name. */
  readonly accounts: Map<string, Account>;
}

export function keptBudget(number: number, owner: LimitOwner, budget: Budget): KeptBudget {
  return { number, owner, budget, shape: shapeOf(budget), windows: windowsOf(budget), accounts: new Map() };
}

export function shapeOf({ period, window, timezone, match }: Budget): string {
  return JSON.stringify([period, window, timezone, match.endUser ?? null, match.tag ?? null, match.model ?? null]);
}

export function accountOf(kept: KeptBudget, value: string): Account {
  const known = kept.accounts.get(value);
  if (known !== undefined) return known;
  const account = new Account(kept, value);
  kept.accounts.set(value, account);
  return account;
}

/** Whether an entry's key, project or organisation is the owner. */
export function isOwnedBy(
  { kind, id }: LimitOwner,
  entry: Pick<Entry, 'keyId' | 'projectId' | 'organisationId'>,
): boolean {
  if (kind === 'key') return entry.keyId === id;
  return (kind === 'project' ? entry.projectId : entry.organisationId) === id;
}
