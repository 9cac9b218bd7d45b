import type { Event } from '../../src/core/event.ts';
import type { Budget, LimitOwner } from '../../src/core/limit.ts';
import type { Clock } from '../../src/core/ports.ts';
import { Accounts, type Placement } from '../../src/store/accounts/accounts.ts';
import { budgetWatch } from '../../src/store/accounts/budget-watch.ts';
import { isOwnedBy, type KeptBudget } from '../../src/store/accounts/kept-budget.ts';
import { LedgerTime, type Moment } from '../../src/store/accounts/ledger-time.ts';
import { valuesIn } from '../../src/store/accounts/match.ts';
import { overrunEvent } from '../../src/store/overrun-event.ts';
import type { BalanceDifference, Entry, Hold, Holds, Limited, Limits } from '../../src/store/store.ts';
import { noteEvents } from './store-events.ts';
import type { Memory } from './store-memory.ts';

/** A hold as a fake store remembers it: what would be on the disk. */
export interface KeptHold {
  readonly placement: Pick<Placement, 'entry' | 'amount' | 'moment'>;
  /** The last checkpoint. */
  cost: bigint | undefined;
}

export interface HoldsInMemory {
  readonly holds: Holds;
  /** Ends the hold of an entry; answers the entry as it is to be kept. */
  settle(entry: Entry, hold: Hold | undefined): Entry;
  /** An owner has these budgets from now on. */
  change(owner: LimitOwner, limited: Limited): void;
  recount(): void;
}

/** Moments of entries on the clock that nobody sets, where a hold tells it. */
const moments = new WeakMap<Entry, Moment>();

/** The accounts of a real store over a ledger in memory. What was under way when it was given over is charged. */
export function holdsIn(memory: Memory, clock: Clock, limits: Pick<Limits, 'of'>): HoldsInMemory {
  const steady = memory.entries.map((entry) => momentOf(entry).steady);
  const time = new LedgerTime(
    clock,
    steady.reduce((latest, each) => Math.max(latest, each), 0),
  );
  const tell = (events: readonly Event[]): void => noteEvents(memory.events, events);
  const accounts = new Accounts({ time, budgetsOf: (entry) => limits.of(entry), ...budgetWatch({ time, tell }) });
  const placed = new WeakMap<Hold, { readonly placement: Placement; readonly kept: KeptHold }>();
  const of = (hold: Hold) => {
    const found = placed.get(hold);
    if (found === undefined) throw new TypeError('this hold was placed somewhere else');
    return found;
  };
  const forget = (kept: KeptHold): void => {
    const index = memory.open.indexOf(kept);
    if (index >= 0) memory.open.splice(index, 1);
  };
  const adopt = (owner: LimitOwner, budget: Budget): void => {
    const kept = accounts.adopt(owner, budget);
    for (const { value, start, spent } of spendingFor(kept, memory)) accounts.found(kept, value, { start, spent });
    accounts.enforce(kept);
  };
  const budgetsOf = (kind: LimitOwner['kind'], all: readonly (Limited & { readonly id: string })[]): void => {
    for (const { id, budgets = [] } of all) for (const budget of budgets) adopt({ kind, id }, budget);
  };
  budgetsOf('key', memory.keys);
  budgetsOf('project', memory.projects);
  budgetsOf('organisation', memory.organisations);
  for (const kept of memory.open.splice(0)) memory.entries.push(charged(accounts, memory, kept));

  return {
    settle(entry, hold) {
      const spent = spentBy(entry);
      const overrun = overrunEvent(entry);
      if (overrun !== undefined) tell([overrun]);
      if (hold === undefined) {
        if (spent !== 0n) accounts.charge(entry, momentOf(entry), spent);
        return entry;
      }
      const { placement, kept } = of(hold);
      forget(kept);
      if (!accounts.settle(placement, spent)) accounts.charge(entry, placement.moment, spent);
      return heldEntry(entry, placement);
    },
    change({ kind, id }, { budgets = [] }) {
      for (const budget of budgets) if (!accounts.keeps(budget)) adopt({ kind, id }, budget);
      const own = accounts.budgets.filter(({ owner }) => owner.kind === kind && owner.id === id);
      for (const kept of own) if (!budgets.some((budget) => budget.id === kept.budget.id)) accounts.retire(kept);
    },
    recount() {
      for (const { owner, budget } of accounts.budgets) adopt(owner, budget);
    },
    holds: {
      place(wanted) {
        const placement = accounts.place(wanted);
        const kept: KeptHold = { placement, cost: undefined };
        memory.open.push(kept);
        const { amount, moment, unfitted } = placement;
        const hold: Hold = { amount, placedAt: moment.wall, ...alreadyDurable, unfitted };
        placed.set(hold, { placement, kept });
        return hold;
      },
      release(hold) {
        const { placement, kept } = of(hold);
        if (accounts.settle(placement, 0n)) forget(kept);
      },
      checkpoint(hold, cost) {
        of(hold).kept.cost = cost;
      },
      lower(hold, cost) {
        const { placement, kept } = of(hold);
        accounts.lower(placement, cost);
        kept.cost = cost;
      },
      standings: (owner) => accounts.standings(owner),
      verify: async () => ({
        entries: memory.entries.length,
        openHolds: memory.open.length,
        differences: differencesIn(accounts, memory, time.now()),
      }),
    },
  };
}

function heldEntry(entry: Entry, { moment, amount }: Pick<Placement, 'moment' | 'amount'>): Entry {
  const kept: Entry = { settlement: 'settled', ...entry, heldAt: moment.wall, held: amount };
  moments.set(kept, moment);
  return kept;
}

function momentOf(entry: Entry): Moment {
  const at = entry.heldAt ?? entry.startedAt;
  return moments.get(entry) ?? { wall: at, steady: at };
}

function spentBy({ cost = 0n, overrun = 0n }: Entry): bigint {
  return cost + overrun;
}

/** The entry of an attempt whose end nobody came to tell. */
function charged(accounts: Accounts, memory: Memory, { placement, cost }: KeptHold): Entry {
  const { entry, amount, moment } = placement;
  const seen = cost === undefined || cost < (entry.cost ?? 0n) ? entry.cost : cost;
  const isClosed = memory.entries.some(({ requestId, closing }) => closing && requestId === entry.requestId);
  const orphan: Entry = {
    ...entry,
    ...{ closing: !isClosed, endedAt: entry.startedAt, latencyMs: 0, status: 503, outcome: 'failed' },
    ...{ failure: 'gateway-stopped', settlement: 'expired', flags: [...entry.flags, 'orphaned'] },
    ...(seen === undefined ? {} : { cost: atMost(seen, amount) }),
  };
  accounts.charge(orphan, moment, spentBy(orphan));
  return heldEntry(orphan, placement);
}

function atMost(cost: bigint, amount: bigint): bigint {
  if (cost > amount) return amount;
  return cost;
}

interface Spent {
  readonly value: string;
  readonly start: number;
  readonly spent: bigint;
}

/** What the entries tell of a budget, window by window. */
function spendingFor(kept: KeptBudget, { entries, adjustments }: Memory): readonly Spent[] {
  return entries.flatMap((entry, index) => {
    if (!isOwnedBy(kept.owner, entry)) return [];
    const changes = adjustments.filter((one) => one.entry === index + 1).map(({ delta }) => delta);
    const spent = [spentBy(entry), ...changes].reduce((sum, each) => sum + each, 0n);
    const { start } = kept.windows.of(momentOf(entry));
    return valuesIn(kept.budget.match, entry).map((value) => ({ value, start, spent }));
  });
}

function differencesIn(accounts: Accounts, memory: Memory, now: Moment): readonly BalanceDifference[] {
  return accounts.budgets.flatMap((kept) => {
    const from =
      kept.windows.kind === 'calendar'
        ? kept.windows.of(now).start
        : kept.windows.of(now).start - kept.windows.periodMs;
    const live = spendingFor(kept, memory).filter(({ start }) => start >= from);
    const values = new Set([...live.map(({ value }) => value), ...kept.accounts.keys()]);
    return [...values].flatMap((value) => {
      const computed = live.reduce((sum, each) => (each.value === value ? sum + each.spent : sum), 0n);
      const account = kept.accounts.get(value);
      account?.turn(now);
      const known = account?.spent ?? 0n;
      const named = value === '' ? {} : { value };
      return known === computed ? [] : [{ budgetId: kept.budget.id, ...named, from, kept: known, computed }];
    });
  });
}

const alreadyDurable = { durable: Promise.resolve(), promptly: Promise.resolve(true) };
