import type { Budget, OwnedLimits } from '../../src/core/limit.ts';
import type { NanoUsd } from '../../src/core/money.ts';
import type { BudgetStanding, Entry, Hold, Room } from '../../src/store/store.ts';
import { isOwners, type Spender, valuesOf } from './concern.ts';
import { windowOf } from './window-name.ts';

/** A moment as this book sees it: what clocks show, and how much time has truly passed. */
export interface Now {
  readonly wall: number;
  readonly passed: number;
}

/** What is held or charged for one attempt. */
interface Item {
  readonly spender: Spender;
  readonly heldAt: Now;
  readonly held: NanoUsd;
  /** What of it is still reserved. */
  reserved: NanoUsd;
  /** Undefined while it is under way. */
  charged: NanoUsd | undefined;
}

/** An entry as it stands on the disk. */
export type Settled = Spender & Pick<Entry, 'startedAt' | 'heldAt' | 'held' | 'cost' | 'overrun'>;

interface Sum {
  spent: NanoUsd;
  reserved: NanoUsd;
}

/** One budget as this book keeps it: every attempt that it concerns, added up by value and window. */
interface Kept {
  readonly budget: Budget;
  readonly ownerKind: 'key' | 'project' | 'organisation';
  readonly ownerId: string;
  readonly sums: Map<string, Sum>;
  readonly items: Map<string, Item[]>;
}

/**
 * A second book of every budget, kept the plain way by whoever watches the house from outside: attempts in a list, windows by the
 * calendar of `Intl`. It finds fault as soon as the house's own book and this one disagree.
 */
export class BudgetBook {
  readonly #items: Item[] = [];
  readonly #open = new Map<Hold, Item>();
  readonly #kept = new Map<string, Kept>();
  readonly #times = new Map<string, Now>();
  /** Rolling windows can be held against true time only if nobody both sets the clock and pulls the plug. */
  readonly #rollingIsCertain: boolean;
  #wall = 0;
  readonly problems: string[] = [];
  /** The dearest limit that each budget ever had. */
  readonly largest = new Map<string, NanoUsd>();

  constructor(rollingIsCertain: boolean) {
    this.#rollingIsCertain = rollingIsCertain;
  }

  get openHolds(): number {
    return this.#open.size;
  }

  /** What the house's clock shows: never earlier than it ever did. */
  now(now: Now): Now {
    this.#wall = Math.max(this.#wall, now.wall);
    return { wall: this.#wall, passed: now.passed };
  }

  /** The house is about to be asked for a hold: what is free for it by this book. */
  room(spender: Spender, limits: readonly OwnedLimits[], now: Now): Believed {
    let free: NanoUsd | undefined;
    let tightest: Budget | undefined;
    let contended = false;
    let certain = true;
    for (const kept of this.#concerned(spender, limits)) {
      if (kept.budget.mode !== 'hard') continue;
      if (kept.budget.window === 'rolling' || turns(kept.budget, now)) certain = false;
      for (const value of valuesOf(kept.budget, spender)) {
        const { spent, reserved } = this.#stands(kept, value, now);
        const own = larger(kept.budget.limit - spent - reserved, 0n);
        if (free !== undefined && own >= free) continue;
        free = own;
        tightest = kept.budget;
        contended = reserved > 0n;
      }
    }
    return { free, contended, certain, tightest: tightest?.id };
  }

  placed(
    hold: Hold,
    { spender, limits, now }: { readonly spender: Spender; readonly limits: readonly OwnedLimits[]; readonly now: Now },
  ): void {
    const heldAt = { wall: hold.placedAt, passed: now.passed };
    const item: Item = { spender, heldAt, held: hold.amount, reserved: hold.amount, charged: undefined };
    this.#open.set(hold, item);
    this.#items.push(item);
    this.#times.set(nameOf(spender), heldAt);
    for (const kept of this.#concerned(spender, limits))
      for (const value of valuesOf(kept.budget, spender)) {
        this.#enter(kept, value, item);
        this.#demandWithin(kept, value, { now: heldAt, amount: hold.amount });
      }
  }

  /** The hold of an attempt ends with this entry. */
  settled(entry: Entry, hold: Hold, now: Now): void {
    const item = this.#open.get(hold);
    if (item === undefined) {
      this.#complain(`${nameOf(entry)} settles a hold that is not open`);
      return;
    }
    if (entry.cost !== undefined && entry.cost > item.held) {
      this.#complain(`${nameOf(entry)} is charged ${entry.cost}, which is more than its hold of ${item.held}`);
    }
    this.#end(hold, item, (entry.cost ?? 0n) + (entry.overrun ?? 0n));
    this.now(now);
  }

  /** Money that was spent without a hold counts when its attempt began. */
  charged(entry: Entry, now: Now): void {
    const charged = (entry.cost ?? 0n) + (entry.overrun ?? 0n);
    if (charged === 0n) return;
    const item: Item = {
      spender: entry,
      heldAt: { wall: entry.startedAt, passed: now.passed },
      held: 0n,
      reserved: 0n,
      charged,
    };
    this.#items.push(item);
    for (const kept of this.#kept.values())
      for (const value of isOwners(kept, entry) ? valuesOf(kept.budget, entry) : []) this.#enter(kept, value, item);
  }

  /** An attempt is over that will cost so much: no more is reserved for it. */
  lowered(hold: Hold, cost: NanoUsd): void {
    const item = this.#open.get(hold);
    const excess = item === undefined ? 0n : item.reserved - larger(cost, 0n);
    if (item === undefined || excess <= 0n) return;
    for (const kept of this.#kept.values())
      for (const value of isOwners(kept, item.spender) ? valuesOf(kept.budget, item.spender) : [])
        this.#sum(kept, value, item.heldAt).reserved -= excess;
    item.reserved -= excess;
  }

  released(hold: Hold): void {
    const item = this.#open.get(hold);
    if (item === undefined) return;
    this.#end(hold, item, 0n);
    this.#items.splice(this.#items.indexOf(item), 1);
  }

  /** The house was thrown away: what counts is what stands on the disk. */
  restarted(entries: readonly Settled[], now: Now): void {
    this.#open.clear();
    this.#items.length = 0;
    this.#kept.clear();
    this.#wall = now.wall;
    for (const entry of entries) {
      const wall = entry.heldAt ?? entry.startedAt;
      const { passed } = this.#times.get(nameOf(entry)) ?? now;
      this.#items.push({
        spender: entry,
        heldAt: { wall, passed },
        held: entry.held ?? 0n,
        reserved: 0n,
        charged: (entry.cost ?? 0n) + (entry.overrun ?? 0n),
      });
    }
  }

  /** What the house says of its budgets must be what this book says. */
  compare(owner: OwnedLimits, standings: readonly BudgetStanding[], now: Now): void {
    for (const { budget, value = '', spent, reserved } of standings) {
      const kept = this.#keep(owner, budget);
      if (turns(budget, now)) continue;
      const own = this.#stands(kept, value, now);
      const name = `${budget.id} (${budget.period} ${budget.window}) ${value}`;
      if (budget.window === 'rolling') {
        if (this.#rollingIsCertain && (spent < own.spent || reserved < own.reserved))
          this.#complain(`${name} freed early: ${spent}+${reserved} where ${own.spent}+${own.reserved} is younger`);
      } else if (spent !== own.spent || reserved !== own.reserved)
        this.#complain(`${name} stands at ${spent}+${reserved}, but ${own.spent}+${own.reserved} was counted`);
    }
  }

  /** Attempts that have been under way for longer than anybody may be. */
  overdue(now: Now, mostMs: number): readonly string[] {
    return [...this.#open.values()]
      .filter(({ heldAt }) => now.passed - heldAt.passed > mostMs)
      .map(({ spender }) => nameOf(spender));
  }

  #end(hold: Hold, item: Item, charged: NanoUsd): void {
    this.#open.delete(hold);
    item.charged = charged;
    for (const kept of this.#kept.values())
      for (const value of isOwners(kept, item.spender) ? valuesOf(kept.budget, item.spender) : []) {
        const sum = this.#sum(kept, value, item.heldAt);
        sum.reserved -= item.reserved;
        sum.spent += charged;
      }
  }

  #concerned(spender: Spender, limits: readonly OwnedLimits[]): readonly Kept[] {
    return limits
      .flatMap((owned) => owned.budgets.map((budget) => this.#keep(owned, budget)))
      .filter(({ budget }) => valuesOf(budget, spender).length > 0);
  }

  /** A budget that is seen for the first time, or whose settings changed, is added up from everything that there ever was. */
  #keep({ owner }: OwnedLimits, budget: Budget): Kept {
    this.largest.set(budget.id, larger(this.largest.get(budget.id) ?? 0n, budget.limit));
    const known = this.#kept.get(budget.id);
    if (known !== undefined) {
      const kept = known.budget === budget ? known : { ...known, budget };
      this.#kept.set(budget.id, kept);
      return kept;
    }
    const kept: Kept = { budget, ownerKind: owner.kind, ownerId: owner.id, sums: new Map(), items: new Map() };
    this.#kept.set(budget.id, kept);
    for (const item of this.#items)
      if (isOwners(kept, item.spender))
        for (const value of valuesOf(budget, item.spender)) this.#enter(kept, value, item);
    return kept;
  }

  #enter(kept: Kept, value: string, item: Item): void {
    const sum = this.#sum(kept, value, item.heldAt);
    if (item.charged === undefined) sum.reserved += item.reserved;
    else sum.spent += item.charged;
    if (kept.budget.window !== 'rolling') return;
    const own = kept.items.get(value) ?? [];
    own.push(item);
    kept.items.set(value, own);
  }

  #sum(kept: Kept, value: string, { wall }: Now): Sum {
    const window = kept.budget.window === 'rolling' ? '' : windowOf(kept.budget, wall);
    const place = `${window} ${value}`;
    const known = kept.sums.get(place);
    if (known !== undefined) return known;
    const sum = { spent: 0n, reserved: 0n };
    kept.sums.set(place, sum);
    return sum;
  }

  #stands(kept: Kept, value: string, now: Now): Sum {
    if (kept.budget.window !== 'rolling') return this.#sum(kept, value, now);
    const from = now.passed - rollingMs[kept.budget.period];
    const sum = { spent: 0n, reserved: 0n };
    const young = (kept.items.get(value) ?? []).filter(({ heldAt }) => heldAt.passed > from);
    kept.items.set(value, young);
    for (const { charged, reserved } of young) {
      if (charged === undefined) sum.reserved += reserved;
      else sum.spent += charged;
    }
    return sum;
  }

  /** I1: nothing is added to what is full. */
  #demandWithin(kept: Kept, value: string, { now, amount }: { readonly now: Now; readonly amount: NanoUsd }): void {
    const { budget } = kept;
    if (budget.mode !== 'hard' || amount === 0n) return;
    if (budget.window === 'rolling' && !this.#rollingIsCertain) return;
    const { spent, reserved } = this.#stands(kept, value, now);
    if (spent + reserved <= budget.limit) return;
    this.#complain(
      `${budget.id} (${budget.period} ${budget.window}) ${value} is passed: spent ${spent} + reserved ${reserved} of ${budget.limit}`,
    );
  }

  #complain(problem: string): void {
    this.problems.push(problem);
  }
}

/** What is free by this book, and whether the house must come to exactly the same. */
export interface Believed extends Room {
  readonly certain: boolean;
  readonly tightest: string | undefined;
}

/** The house tells time by two clocks, and may see a window turn some milliseconds late. */
const lateMs = 3;

function turns(budget: Budget, { wall }: Now): boolean {
  return budget.window === 'calendar' && windowOf(budget, wall) !== windowOf(budget, wall - lateMs);
}

function nameOf({ requestId, attempt }: Pick<Spender, 'requestId' | 'attempt'>): string {
  return `${requestId}/${attempt}`;
}

const rollingMs = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
  total: Number.POSITIVE_INFINITY,
} as const;

function larger(a: NanoUsd, b: NanoUsd): NanoUsd {
  return a > b ? a : b;
}
