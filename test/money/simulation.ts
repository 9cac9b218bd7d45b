import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../src/core/failure.ts';
import type { OwnedLimits } from '../../src/core/limit.ts';
import type { NanoUsd } from '../../src/core/money.ts';
import { buildHouse, type House, type HouseParts } from '../../src/house.ts';
import { openDesk } from '../../src/management/desk.ts';
import { openHealth } from '../../src/policies/health.ts';
import { rateCounters } from '../../src/policies/rate-limit-counters.ts';
import type { Store } from '../../src/store/store.ts';
import { fakeInForce, fakeVault } from '../fakes/in-force.ts';
import { fakeDigest } from '../fakes/surroundings.ts';
import { BudgetBook, type Now } from './budget-book.ts';
import { type Caller, openCaller } from './caller.ts';
import { type Chance, chanceOf } from './chance.ts';
import { entriesOn, reckon } from './reckoning.ts';
import { config, drawBudget, drawCall, longest, type Scenario, scenarioOf } from './scenario.ts';
import { openUpstream, type Upstream } from './upstream.ts';
import { type LivingStore, openLivingStore } from './virtual-disk.ts';
import { watchedStore } from './watched-store.ts';
import { type Life, openWorld, type World } from './world.ts';

/** What came of a simulated house. */
export interface Simulated {
  readonly seed: number;
  readonly calls: number;
  /** Attempts that reached a vendor. */
  readonly asked: number;
  readonly answered: number;
  readonly refusedForMoney: number;
  readonly crashes: number;
  readonly spent: NanoUsd;
  /** What is recorded as going beyond what was allowed. */
  readonly overrun: NanoUsd;
  readonly problems: readonly string[];
}

/** A call that hangs for longer than this, whatever its provider does, is held by nobody. */
const longestCallMs = 3_600_000;
/** The house's books are compared whole so often, in steps; what a step changes is looked at in the step. */
const stepsBetweenComparisons = 101;
/** A story that has gone wrong is told no further. */
const mostProblems = 5;

/**
 * A whole house in virtual time: its own assembly over the real store, callers and vendors of every kind, crashes, clocks that are
 * set. The same seed is the same story. After every step the invariants of money hold, or what is wrong is told.
 */
export async function simulate(seed: number, calls: number): Promise<Simulated> {
  const simulation = new Simulation(scenarioOf(seed, calls));
  try {
    return await simulation.run();
  } finally {
    simulation.remove();
  }
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #outside: Life;
  readonly #upstream: Upstream;
  readonly #chance: Chance;
  readonly #home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'trestle-simulated-'));
  readonly #book: BudgetBook;
  readonly #callers: Caller[] = [];
  readonly #answered = new Set<string>();
  readonly #problems: string[] = [];
  #life: Life;
  #living: LivingStore | undefined;
  #house: House | undefined;
  #crashes = 0;
  #refused = 0;
  #crashing = false;
  #turn: Promise<unknown> = Promise.resolve();
  #pulling = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#world = openWorld(scenario.startedAt);
    this.#outside = this.#world.life();
    this.#life = this.#world.life();
    this.#chance = chanceOf(scenario.seed, 3);
    this.#book = new BudgetBook(!(scenario.crashes && scenario.jumps));
    this.#upstream = openUpstream({ ...scenario, world: this.#world, longest });
  }

  async run(): Promise<Simulated> {
    await this.#start();
    this.#schedule();
    for (let steps = 1; this.#problems.length + this.#book.problems.length < mostProblems; steps += 1) {
      if (!(await this.#world.step())) break;
      if (this.#crashing) await this.#crash();
      if (steps % stepsBetweenComparisons === 0) this.#compare();
    }
    if (this.#problems.length + this.#book.problems.length === 0) await this.#close();
    const { seed, calls } = this.#scenario;
    const sums = await this.#sums();
    return {
      ...{ seed, calls, asked: this.#upstream.book.length, answered: this.#answered.size },
      ...{ refusedForMoney: this.#refused, crashes: this.#crashes, ...sums },
      problems: [...this.#problems, ...this.#book.problems],
    };
  }

  remove(): void {
    this.#life.end();
    this.#living?.crash();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** A house over what is on the disk. */
  async #start(): Promise<void> {
    const before = this.#crashes === 0 ? undefined : this.#folder(this.#crashes - 1);
    this.#life = this.#world.life();
    const { organisation, projects, keys, prices, seed } = this.#scenario;
    const living = await openLivingStore({
      ...{ world: this.#world, life: this.#life, chance: chanceOf(seed, 4, this.#crashes) },
      directory: this.#folder(this.#crashes),
      ...(before === undefined ? {} : { before }),
    });
    this.#living = living;
    const store = watchedStore(living.store, {
      ...{ book: this.#book, now: () => this.#now() },
      complain: (problem) => void this.#problems.push(problem),
    });
    const machine = { clock: this.#life.clock, store, digest: fakeDigest, log: silentLog };
    if (before === undefined) {
      await this.#done(living.store.tenants.createOrganisation(organisation));
      for (const project of projects) await this.#done(living.store.tenants.createProject(project));
      for (const key of keys) await this.#done(living.store.keys.create(key));
    } else this.#book.restarted(entriesOn(living.path), { wall: this.#world.wall(), passed: this.#world.passed });
    const vault = fakeVault();
    const desk = openDesk({ clock: this.#life.clock, answers: living.store.answers, vault });
    let house: House | undefined;
    const configuration = await this.#done(
      fakeInForce({
        ...{ store: living.store, clock: this.#life.clock, text: () => config },
        apply: (settings) => {
          const parts: Omit<HouseParts, 'configuration'> = {
            ...{ ...machine, config: settings, prices, desk, ids: idsOf(seed, this.#crashes) },
            health: openHealth(this.#life.clock),
            counters: rateCounters({ limits: store.limits, clock: this.#life.clock }),
            http: this.#upstream.client(this.#life),
            fetchMedia: () => Promise.reject(new Failure('request-invalid', 'Nothing can be fetched here.')),
          };
          house = buildHouse({ ...parts, configuration });
        },
      }),
    );
    configuration.begin();
    this.#house = house;
    this.#compare();
  }

  #folder(life: number): string {
    return join(this.#home, `life-${life}`);
  }

  /** All that will happen, and when. */
  #schedule(): void {
    const { calls, gapMs, seed, crashes, jumps } = this.#scenario;
    let at = 0;
    for (let number = 1; number <= calls; number += 1) {
      const isBurst = this.#chance.happens(0.4);
      at += isBurst ? 0 : -Math.log(1 - this.#chance.fraction()) * gapMs * 1.6;
      this.#outside.clock.after(at, () => this.#call(seed, number));
    }
    const sometimes = (most: number, act: () => void): void => {
      const times = this.#chance.whole(0, most);
      for (let n = 0; n < times; n += 1) this.#outside.clock.after(this.#chance.fraction() * (at + 1_000), act);
    };
    if (crashes) sometimes(4, () => this.#pullPlug());
    if (jumps) sometimes(4, () => this.#jump());
    sometimes(6, () => this.#changeBudgets());
    sometimes(1, () => this.#revoke());
  }

  #pullPlug(): void {
    this.#crashing = true;
  }

  #call(seed: number, number: number): void {
    this.#callers.push(
      openCaller(drawCall(seed, number), {
        world: this.#world,
        outside: this.#outside,
        house: () => (this.#house === undefined ? undefined : { house: this.#house, life: this.#life }),
        answered: (id) => void this.#answered.add(id),
        refused: () => {
          this.#refused += 1;
        },
        broken: (problem) => void this.#problems.push(`call ${number}: ${problem}`),
      }),
    );
  }

  #jump(): void {
    const by = this.#chance.pick([-3_600_000, 3_600_000, -90_000, 90_000, 86_400_000]);
    if (this.#house === undefined) return;
    // Both books must have seen the clock at its latest.
    this.#compare();
    this.#world.jump(by);
    this.#compare();
  }

  /** Raised, lowered, taken away or new; whoever pays for calls under way. */
  #changeBudgets(): void {
    const { keys } = this.#scenario;
    const { mac = '' } = keys[this.#chance.whole(0, keys.length - 1)] ?? {};
    const factor = BigInt(this.#chance.whole(10, 300));
    const wanted = BigInt(this.#scenario.calls) * 40_000n;
    const isMore = this.#chance.happens(0.4);
    const fresh = isMore ? [drawBudget(this.#chance, { wanted, startedAt: this.#world.wall() })] : [];
    const isLess = this.#chance.happens(0.15);
    this.#inTurn(async ({ store }) => {
      const known = store.keys.find(mac);
      if (known === undefined) return;
      const changed = (known.budgets ?? []).map((budget) => ({ ...budget, limit: (budget.limit * factor) / 100n }));
      await store.keys.update({ ...known, budgets: [...(isLess ? changed.slice(1) : changed), ...fresh] });
    });
  }

  /** One change after the other, as operators' changes are. */
  #inTurn(change: (living: LivingStore) => Promise<unknown>): void {
    const living = this.#living;
    if (living === undefined || this.#house === undefined) return;
    this.#turn = this.#turn.then(() => (living === this.#living ? change(living) : undefined)).catch(ignore);
  }

  #revoke(): void {
    const { id = '' } = this.#scenario.keys[this.#chance.whole(0, this.#scenario.keys.length - 1)] ?? {};
    this.#inTurn(({ store }) => store.keys.revoke(id, this.#world.wall()));
  }

  /** The power goes; the next house is built from what was committed. */
  async #crash(): Promise<void> {
    this.#crashing = false;
    if (this.#pulling || this.#house === undefined) return;
    this.#pulling = true;
    this.#house = undefined;
    this.#turn = Promise.resolve();
    for (const caller of this.#callers) caller.cut();
    this.#living?.crash();
    this.#crashes += 1;
    await this.#start();
    this.#pulling = false;
  }

  #now(): Now {
    return this.#book.now({ wall: this.#world.wall(), passed: this.#world.passed });
  }

  #owners(store: Store): readonly OwnedLimits[] {
    const found = new Map<string, OwnedLimits>();
    for (const { id: keyId, projectId, organisationId } of this.#scenario.keys)
      for (const owned of store.limits.of({ keyId, projectId, organisationId })) found.set(owned.owner.id, owned);
    return [...found.values()];
  }

  /** I4, I5: no hold is older than it may be; what the house says of every balance is what was counted. */
  #compare(): void {
    const store = this.#living?.store;
    if (store === undefined) return;
    // Both books look at the clock, whether or not anybody has a budget.
    store.holds.standings({ kind: 'organisation', id: '' });
    for (const owned of this.#owners(store)) this.#book.compare(owned, store.holds.standings(owned.owner), this.#now());
    const overdue = this.#book.overdue(this.#now(), longestCallMs);
    if (overdue.length > 0) this.#problems.push(`holds of ${overdue.join(', ')} are older than they may be`);
  }

  /** When nothing more happens, nothing is under way, and everybody's books agree. */
  async #close(): Promise<void> {
    const living = this.#living;
    if (living === undefined) return;
    this.#compare();
    if (this.#book.openHolds > 0)
      this.#problems.push(`${this.#book.openHolds} holds are left although nobody is called`);
    const verified = await this.#done(living.store.holds.verify());
    for (const difference of verified.differences) this.#problems.push(`verify: ${Bun.inspect(difference)}`);
    if (verified.openHolds > 0) this.#problems.push(`verify finds ${verified.openHolds} open holds`);
    const hanging = this.#callers.filter(({ over }) => !over).map(({ number }) => number);
    if (hanging.length > 0) this.#problems.push(`calls ${hanging.join(', ')} never ended for their callers`);
    this.#problems.push(
      ...reckon({
        ...{ scenario: this.#scenario, upstream: this.#upstream, answered: this.#answered },
        ...{ path: living.path, largest: this.#book.largest, owners: this.#owners(living.store) },
      }),
    );
  }

  async #sums(): Promise<Pick<Simulated, 'spent' | 'overrun'>> {
    const entries = this.#living === undefined ? [] : entriesOn(this.#living.path);
    return {
      spent: entries.reduce((sum, { cost = 0n }) => sum + cost, 0n),
      overrun: entries.reduce((sum, { overrun = 0n }) => sum + overrun, 0n),
    };
  }

  /** Waits for something that needs virtual time. */
  async #done<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = (): void => {
      over = true;
    };
    promise.then(end, end);
    await this.#world.settle();
    while (!over) if (!(await this.#world.step())) await Bun.sleep(1);
    return await promise;
  }
}

const silentLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/** Ids that count, in a life of their own. */
function idsOf(seed: number, life: number): HouseParts['ids'] {
  const chance = chanceOf(seed, 5, life);
  let count = 0;
  const next = (prefix: string): string => {
    count += 1;
    return `${prefix}_${life}_${count}`;
  };
  return { make: next, secret: next, chance: chance.fraction };
}
