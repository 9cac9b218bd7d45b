import type { Budget, LimitOwner } from '../core/limit.ts';
import type { NanoUsd } from '../core/money.ts';
import type { Entry } from './ledger.ts';

/** Money reserved for attempts that are under way, in every budget that concerns them, and what those budgets stand at. */
export interface Holds {
  /**
   * Reserves in one atomic step over all budgets concerned, or nothing in any: at once, while `fit` is asked. Throws
   * `budget-exhausted`, naming the budget, if `fit` finds no use for what is free.
   */
  place(wanted: WantedHold): Hold;
  /** Ends a hold for which nobody was asked anything; nothing is charged. Ending one twice is ending it once. */
  release(hold: Hold): void;
  /** What has been produced so far: what is charged if we never learn more. Not waited for. */
  checkpoint(hold: Hold, cost: NanoUsd): void;
  /**
   * An attempt is over, and its entry will cost so much: what it holds beyond that is free from now on, for the attempt that may
   * follow it before that entry is appended. Never makes a hold larger.
   */
  lower(hold: Hold, cost: NanoUsd): void;
  /** How the budgets of an owner stand, each value of a budget for each (`*`) on its own. */
  standings(owner: LimitOwner): readonly BudgetStanding[];
  /** Recomputes every balance from the ledger's entries. */
  verify(): Promise<Verification>;
}

export interface WantedHold {
  /**
   * The attempt as the ledger is to know it if this process never comes to say how it ended: its cost is the least that was
   * consumed for sure. Its key, project, organisation, end user, tags, provider and model tell which budgets are concerned.
   */
  readonly entry: Entry;
  /** How much to hold of what is free; undefined if nothing useful fits. Pure; also asked what an observed budget would have said. */
  fit(room: Room): NanoUsd | undefined;
}

export interface Room {
  /** Free in the tightest hard budget; undefined if none concerns the call. */
  readonly free: NanoUsd | undefined;
  /** Other attempts hold money of that budget. */
  readonly contended: boolean;
}

export interface Hold {
  readonly amount: NanoUsd;
  /** Epoch milliseconds. The hold and its settlement count in the windows of this moment. */
  readonly placedAt: number;
  /** Resolves when it is on the disk: nothing may be sent before. */
  readonly durable: Promise<void>;
  /** Resolves to true when it is on the disk; to false when that takes unusually long, or has failed: `durable` tells which, in the end. */
  readonly promptly: Promise<boolean>;
  /** The observed and soft budgets in which it would not have fitted. */
  readonly unfitted: readonly Budget[];
}

export interface BudgetStanding {
  readonly budget: Budget;
  /** Which end user, tag or model, where each has a balance of its own. */
  readonly value?: string;
  readonly spent: NanoUsd;
  readonly reserved: NanoUsd;
  /** When its calendar window began and ends; absent for rolling ones and totals. */
  readonly windowStart?: number;
  readonly windowEnd?: number;
}

export interface Verification {
  /** How many entries were added up. */
  readonly entries: number;
  readonly openHolds: number;
  readonly differences: readonly BalanceDifference[];
}

export interface BalanceDifference {
  readonly budgetId: string;
  readonly value?: string;
  /** Epoch milliseconds: the stretch of time that differs. */
  readonly from: number;
  readonly kept: NanoUsd;
  readonly computed: NanoUsd;
}
