import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Failure } from '../../core/failure.ts';
import type { Budget, LimitOwner } from '../../core/limit.ts';
import type { Clock } from '../../core/ports.ts';
import { bareEntry } from '../contract-examples.ts';
import type { Entry } from '../store.ts';
import { Accounts, type Placement } from './accounts.ts';
import { isOwnedBy, type KeptBudget } from './kept-budget.ts';
import { LedgerTime, type Moment } from './ledger-time.ts';
import { valuesIn } from './match.ts';

const start = Date.UTC(2026, 2, 28, 20);

/** One thing that may happen to the books. Numbers choose among what is there. */
type Step =
  | { readonly kind: 'place'; readonly user: number; readonly amount: number }
  | { readonly kind: 'settle'; readonly hold: number; readonly share: number; readonly over: number }
  | { readonly kind: 'release' | 'lower'; readonly hold: number }
  | { readonly kind: 'charge'; readonly user: number; readonly amount: number }
  | { readonly kind: 'limit'; readonly budget: number; readonly limit: number }
  | { readonly kind: 'adopt' | 'enforce'; readonly budget: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'set'; readonly ms: number };

const hour = 3_600_000;
const anyNumber = fc.nat(1_000);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('place'), user: fc.nat(2), amount: fc.nat(400) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('settle'),
      hold: anyNumber,
      share: fc.nat(100),
      over: fc.constantFrom(0, 0, 0, 50),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('release', 'lower'), hold: anyNumber }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('charge'), user: fc.nat(2), amount: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('limit'), budget: anyNumber, limit: fc.nat(2_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('adopt', 'enforce'), budget: anyNumber }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      ms: fc.oneof(fc.nat(1_000), fc.nat(hour), fc.nat(40 * 24 * hour)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('set'), ms: fc.integer({ min: -26 * hour, max: 26 * hour }) }),
  },
);

const anyBudget = fc
  .record({
    period: fc.constantFrom('minute', 'hour', 'day', 'week', 'month', 'total'),
    window: fc.constantFrom('calendar', 'rolling'),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe'),
    mode: fc.constantFrom('hard', 'hard', 'hard', 'soft', 'observe'),
    limit: fc.nat(2_000).map(BigInt),
    match: fc.constantFrom({}, {}, { endUser: '*' }, { endUser: 'user-1' }, { tag: '*' }, { tag: 'a', model: '*' }),
  })
  .map((fields): Omit<Budget, 'id'> => ({ ...fields, createdAt: 0 }));

test('whatever happens, in every balance what is free, what is held and what was spent make the limit, and no hold passes it', () => {
  fc.assert(
    fc.property(
      fc.array(anyBudget, { minLength: 1, maxLength: 4 }),
      fc.array(anyStep, { maxLength: 60 }),
      (shapes, steps) => {
        const books = new Books(shapes.map((shape, n) => ({ ...shape, id: `budget_${n}` })));
        for (const step of steps) {
          books.take(step);
          books.check();
        }
        books.end();
      },
    ),
    { numRuns: 1_500 },
  );
});

/** Accounts beside a ledger that is added up anew after every step, by the letter of what is promised. */
class Books {
  readonly clock = new SetClock();
  readonly #time = new LedgerTime(this.clock);
  readonly #owners: readonly LimitOwner[] = [
    { kind: 'key', id: 'key_1' },
    { kind: 'organisation', id: 'org_1' },
  ];
  readonly #inForce = new Map<string, Budget>();
  readonly #adopted = new Map<string, KeptBudget>();
  readonly #open: Placement[] = [];
  readonly #spent: { readonly entry: Entry; readonly moment: Moment; readonly amount: bigint }[] = [];
  readonly #accounts: Accounts;

  constructor(budgets: readonly Budget[]) {
    for (const budget of budgets) this.#inForce.set(budget.id, budget);
    this.#accounts = new Accounts({
      time: this.#time,
      budgetsOf: () =>
        this.#owners.map((owner) => ({
          owner,
          rates: [],
          budgets: [...this.#inForce.values()].filter(({ id }) => ownerOf(id, this.#owners) === owner),
        })),
    });
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'place':
        this.#place(attempt(step.user), BigInt(step.amount));
        return;
      case 'settle':
        this.#settle(pick(this.#open, step.hold), step.share, BigInt(step.over));
        return;
      case 'release':
        this.#settle(pick(this.#open, step.hold), 0, 0n);
        return;
      case 'lower': {
        const open = pick(this.#open, step.hold);
        if (open !== undefined) this.#accounts.lower(open, open.amount / 2n);
        return;
      }
      case 'charge': {
        const [entry, amount] = [attempt(step.user), BigInt(step.amount)];
        const moment = this.#time.now();
        this.#accounts.charge(entry, moment, amount);
        this.#spent.push({ entry, moment, amount });
        return;
      }
      case 'limit': {
        const budget = pick([...this.#inForce.values()], step.budget);
        if (budget !== undefined) this.#inForce.set(budget.id, { ...budget, limit: BigInt(step.limit) });
        return;
      }
      case 'adopt':
        this.#adopt(pick([...this.#inForce.values()], step.budget));
        return;
      case 'enforce': {
        const kept = pick([...this.#adopted.values()], step.budget);
        if (kept !== undefined) this.#enforce(kept);
        return;
      }
      case 'pass':
        this.clock.pass(step.ms);
        return;
      case 'set':
        this.clock.set(step.ms);
        return;
    }
  }

  #place(entry: Entry, wanted: bigint): void {
    try {
      const fit = ({ free }: { readonly free: bigint | undefined }): bigint | undefined =>
        free === undefined || wanted <= free ? wanted : undefined;
      this.#open.push(this.#accounts.place({ entry, fit }));
    } catch (thrown) {
      if (!(thrown instanceof Failure) || thrown.kind !== 'budget-exhausted') throw thrown;
      // A refusal is only right if one of the hard budgets could not pay for it.
      const tight = this.#balances().some(
        ({ kept, value, free }) =>
          kept.budget.mode === 'hard' &&
          this.#adopted.get(kept.budget.id) !== kept &&
          valuesIn(kept.budget.match, entry).includes(value) &&
          free < wanted,
      );
      expect(tight).toBe(true);
    }
  }

  #settle(open: Placement | undefined, share: number, over: bigint): void {
    if (open === undefined) return;
    this.#open.splice(this.#open.indexOf(open), 1);
    const amount = (open.amount * BigInt(share)) / 100n + over;
    expect(this.#accounts.settle(open, amount)).toBe(true);
    expect(this.#accounts.settle(open, amount)).toBe(false);
    this.#spent.push({ entry: open.entry, moment: open.moment, amount });
  }

  /** What is on the books of a budget is asked for when it begins to be counted, and known only later. */
  #adopt(budget: Budget | undefined): void {
    if (budget === undefined || this.#adopted.has(budget.id)) return;
    const changed = { ...budget, period: budget.period === 'day' ? 'week' : 'day' } as const;
    const kept = this.#accounts.adopt(ownerOf(budget.id, this.#owners), changed);
    this.#adopted.set(budget.id, kept);
    const past = [...this.#spent];
    for (const { entry, moment, amount } of past) {
      if (!isOwnedBy(kept.owner, entry)) continue;
      for (const value of valuesIn(kept.budget.match, entry)) {
        this.#accounts.found(kept, value, { start: kept.windows.of(moment).start, spent: amount });
      }
    }
  }

  #enforce(kept: KeptBudget): void {
    this.#adopted.delete(kept.budget.id);
    const limit = this.#inForce.get(kept.budget.id)?.limit ?? 0n;
    this.#inForce.set(kept.budget.id, { ...kept.budget, limit });
    this.#accounts.enforce(kept);
  }

  /** Every balance is what the entries and the open holds make it, whichever way it came there. */
  check(): void {
    this.#checkPlaces();
    const now = this.#time.now();
    for (const { kept, value, spent, reserved, free } of this.#balances()) {
      const mine = ({ entry }: { readonly entry: Entry }): boolean =>
        isOwnedBy(kept.owner, entry) && valuesIn(kept.budget.match, entry).includes(value);
      const counts = ({ moment }: { readonly moment: Moment }): boolean => countsNow(kept, moment, now);
      const known = this.#spent.filter(mine).filter(counts);
      const held = this.#open.filter(mine).filter(counts);
      expect([value, spent]).toEqual([value, known.reduce((sum, { amount }) => sum + amount, 0n)]);
      expect([value, reserved]).toEqual([value, held.reduce((sum, each) => sum + each.reserved, 0n)]);
      expect(free + reserved + spent).toBe(kept.budget.limit);
    }
  }

  /** What is held is held in budgets that are counted, and in no others. */
  #checkPlaces(): void {
    const counted = new Set(this.#accounts.budgets);
    const strangers = this.#open.flatMap(({ buckets }) => buckets).filter(({ account }) => !counted.has(account.kept));
    expect(strangers).toEqual([]);
  }

  /** When the last attempt is over nothing is held anywhere. */
  end(): void {
    while (this.#open.length > 0) this.#settle(this.#open[0], 100, 0n);
    this.check();
    expect(this.#balances().every(({ reserved }) => reserved === 0n)).toBe(true);
    expect(this.#accounts.open.size).toBe(0);
  }

  #balances() {
    const now = this.#time.now();
    return this.#accounts.budgets.flatMap((kept) =>
      [...kept.accounts.values()].map((account) => {
        account.turn(now);
        const { value, spent, reserved } = account;
        return { kept, value, spent, reserved, free: kept.budget.limit - spent - reserved };
      }),
    );
  }
}

/** By the letter: in the same calendar window as now, or not older than the period, in whole slots. */
function countsNow({ windows }: KeptBudget, moment: Moment, now: Moment): boolean {
  if (windows.kind === 'calendar') return windows.of(moment).start === windows.of(now).start;
  return windows.of(moment).until > now.steady;
}

test('no hold is placed beyond what a hard budget leaves, whatever time does', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('minute', 'hour', 'day'),
      fc.array(fc.tuple(fc.nat(40), fc.nat(2 * hour), fc.integer({ min: -3 * hour, max: 3 * hour })), {
        maxLength: 80,
      }),
      (period, calls) => {
        const clock = new SetClock();
        const budget: Budget = {
          ...{ id: 'b', limit: 100n, period, window: 'rolling', timezone: 'UTC' },
          ...{ mode: 'hard', match: {}, createdAt: 0 },
        };
        const owned = [{ owner: { kind: 'key', id: 'key_1' } as const, budgets: [budget], rates: [] }];
        const accounts = new Accounts({ time: new LedgerTime(clock), budgetsOf: () => owned });
        const paid: { readonly at: number; readonly amount: bigint }[] = [];
        const length = { minute: 60_000, hour, day: 24 * hour }[period];
        for (const [wanted, pass, set] of calls) {
          clock.pass(pass);
          clock.set(set);
          const amount = BigInt(wanted);
          const fit = ({ free = 0n }: { readonly free: bigint | undefined }): bigint | undefined =>
            amount <= free ? amount : undefined;
          try {
            accounts.settle(accounts.place({ entry: attempt(0), fit }), amount);
            paid.push({ at: clock.monotonic(), amount });
          } catch (thrown) {
            if (!(thrown instanceof Failure)) throw thrown;
          }
          // In truth, on the clock that nobody sets: in no stretch of this length more than the limit.
          const lately = paid.filter(({ at }) => at > clock.monotonic() - length);
          expect(lately.reduce((sum, each) => sum + each.amount, 0n)).toBeLessThanOrEqual(100n);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a clock that is set back opens no window again, and one that is set ahead opens the next', () => {
  const clock = new SetClock();
  const budget: Budget = {
    ...{ id: 'b', limit: 100n, period: 'day', window: 'calendar', timezone: 'UTC' },
    ...{ mode: 'hard', match: {}, createdAt: 0 },
  };
  const owned = [{ owner: { kind: 'key', id: 'key_1' } as const, budgets: [budget], rates: [] }];
  const accounts = new Accounts({ time: new LedgerTime(clock), budgetsOf: () => owned });
  const spend = (): string => {
    try {
      accounts.settle(
        accounts.place({ entry: attempt(0), fit: ({ free = 0n }) => (free < 60n ? undefined : 60n) }),
        60n,
      );
      return 'paid';
    } catch {
      return 'refused';
    }
  };
  const outcomes = [spend(), spend()];
  clock.set(24 * hour);
  outcomes.push(spend(), spend());
  clock.set(-48 * hour);
  outcomes.push(spend());
  expect(outcomes).toEqual(['paid', 'refused', 'paid', 'refused', 'refused']);
});

test('a budget whose past is not known yet refuses nobody', () => {
  const accounts = new Accounts({ time: new LedgerTime(new SetClock()), budgetsOf: () => [] });
  const budget: Budget = {
    ...{ id: 'b', limit: 100n, period: 'day', window: 'calendar', timezone: 'UTC' },
    ...{ mode: 'hard', match: {}, createdAt: 0 },
  };
  const kept = accounts.adopt({ kind: 'key', id: 'key_1' }, budget);
  const rooms: unknown[] = [];
  accounts.place({
    entry: attempt(0),
    fit({ free }) {
      rooms.push(free);
      return 500n;
    },
  });
  expect(rooms).toEqual([undefined]);
  expect([...kept.accounts.values()].map(({ reserved }) => reserved)).toEqual([500n]);
});

/** Time passes, and somebody sets the clock. */
class SetClock implements Clock {
  #wall = start;
  #passed = 0;
  now = (): number => this.#wall;
  monotonic = (): number => this.#passed;
  after = () => () => undefined;

  pass(ms: number): void {
    this.#wall += ms;
    this.#passed += ms;
  }

  set(ms: number): void {
    this.#wall += ms;
  }
}

/** Even budgets are the key's, odd ones the organisation's. */
function ownerOf(id: string, owners: readonly LimitOwner[]): LimitOwner {
  const owner = owners[Number(id.split('_')[1]) % 2];
  if (owner === undefined) throw new Error(`nobody owns ${id}`);
  return owner;
}

function pick<T>(items: readonly T[], choice: number): T | undefined {
  return items.length === 0 ? undefined : items[choice % items.length];
}

function attempt(user: number): Entry {
  const named = user === 0 ? {} : { endUser: `user-${user}` };
  return {
    ...bareEntry,
    attempt: 1,
    provider: 'up',
    model: `m-${user}`,
    tags: user === 2 ? ['a', 'b', 'a'] : ['a'],
    ...named,
  };
}
