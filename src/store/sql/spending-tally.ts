import type { LimitMatch } from '../../core/limit.ts';
import { balanceName } from '../accounts/match.ts';
import type { Value } from './batch.ts';
import { ExactSum } from './exact-sum.ts';
import type { WantedSpending } from './spending-walk.ts';

/** What was spent in one window of one value. */
export interface FoundSpending {
  readonly number: number;
  readonly value: string;
  /** Of what counts now, `from` or its slot; of a moment in a calendar's window to come, its minute. */
  readonly start: number;
  /** As text, for it may pass what a number holds. */
  readonly spent: string;
}

/** The columns that decide for which budgets an entry counts. */
export type ScopeColumn = 'organisation_id' | 'project_id' | 'key_id' | BorneColumn;
type BorneColumn = 'provider' | 'model' | 'tags' | 'end_user';

export const ownerColumn = { key: 'key_id', project: 'project_id', organisation: 'organisation_id' } as const;

/** Those of them that matter to anybody. */
export function scopeColumns(wanted: readonly WantedSpending[]): readonly ScopeColumn[] {
  return [...new Set(wanted.flatMap(({ owner, match }) => [ownerColumn[owner.kind], ...borneColumns(match)]))];
}

/** What a match is about; where entries differ most comes last. */
function borneColumns({ endUser, tag, model }: LimitMatch): readonly BorneColumn[] {
  return [
    ...(model === undefined ? [] : (['provider', 'model'] as const)),
    ...(tag === undefined ? [] : (['tags'] as const)),
    ...(endUser === undefined ? [] : (['end_user'] as const)),
  ];
}

/** Before the columns of scope stand an amount and its time on two clocks. */
const scopeFrom = 3;

/** Sums by budget, value and window. */
export class SpendingTally {
  readonly #kinds: readonly KindTally[];

  constructor(wanted: readonly WantedSpending[], columns: readonly ScopeColumn[]) {
    const kinds = Map.groupBy(wanted, ({ owner, match }) => [owner.kind, ...borneColumns(match)].join(' '));
    this.#kinds = [...kinds.values()].map((alike) => new KindTally(alike, columns));
  }

  /** Rows of an amount, its times, and the columns of scope. */
  add(rows: readonly (readonly Value[])[]): void {
    for (const row of rows) for (const kind of this.#kinds) kind.add(row);
  }

  *found(): Generator<FoundSpending, void> {
    for (const kind of this.#kinds) yield* kind.found();
  }
}

/** What so many different entries count for is remembered. */
const mostKnown = 50_000;

/** The sums of all budgets that ask for the same columns. For which of them an entry counts is found out once for all that bear the same. */
class KindTally {
  readonly #tallies: ReadonlyMap<WantedSpending, Map<string, ValueTally>>;
  readonly #ownerAt: number;
  readonly #borneAt: readonly number[];
  readonly #columns: readonly BorneColumn[];
  readonly #owners: ReadonlyMap<Value, readonly WantedSpending[]>;
  readonly #known = new Map<Value, Branch>();
  #knownCount = 0;

  constructor(alike: readonly WantedSpending[], columns: readonly ScopeColumn[]) {
    const [{ owner, match }] = alike as readonly [WantedSpending];
    this.#tallies = new Map(alike.map((wanted) => [wanted, new Map()]));
    this.#ownerAt = scopeFrom + columns.indexOf(ownerColumn[owner.kind]);
    this.#columns = borneColumns(match);
    this.#borneAt = this.#columns.map((name) => scopeFrom + columns.indexOf(name));
    this.#owners = Map.groupBy(alike, (wanted) => wanted.owner.id);
  }

  add(row: readonly Value[]): void {
    const owner = row[this.#ownerAt] ?? null;
    let branch = this.#known.get(owner) ?? this.#owned(owner);
    if (branch === undefined) return;
    for (const at of this.#borneAt) branch = branch.next.get(row[at] ?? null) ?? grown(branch, row[at] ?? null);
    branch.tallies ??= this.#find(owner, row);
    const [amount, wall, steady] = row;
    if (amount === null || amount === undefined) return;
    for (const tally of branch.tallies) tally.add(amount, Number(wall), Number(steady));
  }

  *found(): Generator<FoundSpending, void> {
    for (const [{ number }, values] of this.#tallies) {
      for (const [value, { sums }] of values) {
        for (const [start, sum] of sums) yield { number, value, start, spent: sum.value.toString() };
      }
    }
  }

  /** Nothing is remembered of those that own no budget. */
  #owned(owner: Value): Branch | undefined {
    if (!this.#owners.has(owner)) return undefined;
    const branch: Branch = { next: new Map() };
    this.#known.set(owner, branch);
    return branch;
  }

  #find(owner: Value, row: readonly Value[]): readonly ValueTally[] {
    this.#knownCount += 1;
    if (this.#knownCount > mostKnown) {
      this.#known.clear();
      this.#knownCount = 0;
    }
    const borne = borneBy(row, (name) => this.#borneAt[this.#columns.indexOf(name)]);
    const wanted = this.#owners.get(owner) ?? [];
    return wanted.flatMap((each) => valuesOf(each, borne).map((value) => this.#tally(each, value)));
  }

  #tally(wanted: WantedSpending, value: string): ValueTally {
    const values = this.#tallies.get(wanted);
    const known = values?.get(value);
    if (known !== undefined) return known;
    const tally = new ValueTally(wanted);
    values?.set(value, tally);
    return tally;
  }
}

/** What is known of entries that bear the same in the columns so far. */
interface Branch {
  readonly next: Map<Value, Branch>;
  tallies?: readonly ValueTally[];
}

function grown(branch: Branch, name: Value): Branch {
  const next: Branch = { next: new Map() };
  branch.next.set(name, next);
  return next;
}

/** The sums of one value of a budget. */
class ValueTally {
  readonly sums = new Map<number, ExactSum>();
  readonly #wanted: WantedSpending;
  /** The window of the last one: that of most. */
  #start = Number.NaN;
  #sum = new ExactSum();

  constructor(wanted: WantedSpending) {
    this.#wanted = wanted;
  }

  add(amount: number | string, wall: number, steady: number): void {
    const { from, window } = this.#wanted;
    const isRolling = 'slotMs' in window;
    const at = isRolling ? steady : wall;
    if (at < from) return;
    const isNow = !isRolling && at < window.until;
    const stretchMs = isRolling ? window.slotMs : minuteMs;
    const start = isNow ? from : Math.floor(at / stretchMs) * stretchMs;
    if (start !== this.#start) this.#turn(start);
    this.#sum.add(amount);
  }

  #turn(start: number): void {
    const sum = this.sums.get(start) ?? new ExactSum();
    this.sums.set(start, sum);
    [this.#start, this.#sum] = [start, sum];
  }
}

/** No window of a calendar begins within one. */
const minuteMs = 60_000;

/** What an entry bears, as far as it matters. */
interface Borne {
  readonly user: string | undefined;
  readonly model: string | undefined;
  readonly tags: ReadonlySet<string>;
}

function borneBy(row: readonly Value[], placeOf: (name: BorneColumn) => number | undefined): Borne {
  const told = (name: BorneColumn): Value => {
    const place = placeOf(name);
    return place === undefined ? null : (row[place] ?? null);
  };
  const [user, provider, model, tags] = [told('end_user'), told('provider'), told('model'), told('tags')];
  return {
    user: user === null ? undefined : String(user),
    model: provider === null || model === null ? undefined : `${provider}/${model}`,
    tags: new Set<string>(tags === null ? [] : JSON.parse(String(tags))),
  };
}

/** For which values of a budget something counts: none if it lacks what the budget names. */
function valuesOf({ match }: WantedSpending, borne: Borne): readonly string[] {
  const users = among(match.endUser, borne.user === undefined ? [] : [borne.user]);
  const tags = among(match.tag, [...borne.tags]);
  const models = among(match.model, borne.model === undefined ? [] : [borne.model]);
  const starred = [match.endUser, match.tag, match.model].filter((name) => name === '*').length;
  return users.flatMap((user) =>
    tags.flatMap((tag) => models.map((model) => balanceName(starred, [user, tag, model]))),
  );
}

/** What is not told apart has no name of its own. */
function among(wanted: string | undefined, borne: readonly string[]): readonly string[] {
  if (wanted === undefined) return [''];
  if (wanted === '*') return borne;
  return borne.includes(wanted) ? [''] : [];
}
