import type { Bucket } from '../accounts/account.ts';
import type { Accounts, Placement } from '../accounts/accounts.ts';
import type { Moment } from '../accounts/ledger-time.ts';
import type { Entry, Hold, Holds } from '../store.ts';
import { amountValue } from './amount.ts';
import type { Value } from './batch.ts';
import { draftText } from './draft.ts';
import type { HeldFor } from './entry.ts';
import { storageFailure } from './group.ts';
import type { HeldTogether } from './held-together.ts';
import type { Spending, Writer } from './writer.ts';

export interface HoldTools {
  readonly accounts: Accounts;
  readonly writer: Pick<Writer, 'hold' | 'free' | 'note' | 'isStuck' | 'trouble'>;
  /** The number of the last hold there was. */
  readonly last: number;
  /** The sequence of the last entry that was appended. */
  readonly sequence: () => number;
  /** Called from time to time, to let go what counts no more. */
  tidy(): void;
}

/** So many holds are placed between two times of tidying up. */
const betweenTidying = 65_536;

/** Holds as those who ask know them, and how an entry ends one. */
export interface HoldBook extends Omit<Holds, 'verify'> {
  /** Ends what was held for an entry, if anything was, and counts what it spends; answers what is to be written with it. */
  settle(entry: Entry, hold: Hold | undefined): Settlement;
}

export interface Settlement {
  readonly held?: HeldFor;
  readonly spending?: Spending;
}

/** A hold with its number on the disk. */
class OpenHold implements Hold {
  readonly number: number;
  readonly placement: Placement;
  readonly held: HeldTogether;

  constructor(number: number, placement: Placement, held: HeldTogether) {
    this.number = number;
    this.placement = placement;
    this.held = held;
  }

  get durable(): Promise<void> {
    return this.held.durable;
  }

  get promptly(): Promise<boolean> {
    return this.held.promptly;
  }

  get amount(): bigint {
    return this.placement.amount;
  }

  get placedAt(): number {
    return this.placement.moment.wall;
  }

  get unfitted(): Hold['unfitted'] {
    return this.placement.unfitted;
  }
}

/** Money is reserved in memory, at once; that it is, is written down for whoever comes after us. */
export function openHolds({ accounts, writer, last, sequence, tidy }: HoldTools): HoldBook {
  let number = last;
  return {
    place(wanted) {
      const placement = accounts.place(wanted);
      if (placement.amount > 0n && writer.isStuck) {
        accounts.settle(placement, 0n);
        const words = 'Trestle cannot write to its ledger now, so it takes on nothing that costs money.';
        throw storageFailure(words, writer.trouble);
      }
      number += 1;
      if (number % betweenTidying === 0) tidy();
      return new OpenHold(number, placement, writer.hold(number, draftText(placement), sequence()));
    },
    release(hold) {
      const open = openHold(hold);
      if (accounts.settle(open.placement, 0n)) writer.free(open.number, open.held);
    },
    checkpoint(hold, cost) {
      const { placement, number: known } = openHold(hold);
      if (accounts.open.has(placement)) writer.note(known, amountValue(cost));
    },
    lower(hold, cost) {
      const { placement, number: known } = openHold(hold);
      if (!accounts.open.has(placement)) return;
      accounts.lower(placement, cost);
      if (placement.amount > 0n) writer.note(known, amountValue(cost));
    },
    standings: (owner) => accounts.standings(owner),
    settle(entry, hold) {
      const spent = spentBy(entry);
      if (hold === undefined)
        return spent === 0n ? nothing : chargedAlone(accounts, entry, { spent, moment: begunAt(entry) });
      const ends = openHold(hold);
      const { placement } = ends;
      const told = heldFor(ends.number, placement);
      if (!accounts.settle(placement, spent))
        return { held: told, ...chargedAlone(accounts, entry, { spent, moment: placement.moment }) };
      const balances = spent === 0n ? none : balancesOf(placement.buckets);
      return { held: told, spending: { spent: amountValue(spent), ends, balances } };
    },
  };
}

const nothing: Settlement = {};
const none: readonly Value[] = [];

/** What an entry takes from budgets: what was charged, and what the provider passed it by. */
export function spentBy({ cost, overrun }: Pick<Entry, 'cost' | 'overrun'>): bigint {
  if (overrun === undefined) return cost ?? 0n;
  return (cost ?? 0n) + overrun;
}

/** When and how much was held. */
export function heldFor(hold: number, { moment, amount }: Pick<Placement, 'moment' | 'amount'>): HeldFor {
  return { hold, at: moment.wall, skew: moment.steady - moment.wall, amount };
}

/** Money that was spent without a hold that is open counts when it was held, or when its attempt began. */
export function chargedAlone(accounts: Accounts, entry: Entry, { spent, moment }: Alone): Settlement {
  const buckets = accounts.charge(entry, moment, spent);
  return { spending: { spent: amountValue(spent), balances: balancesOf(buckets) } };
}

interface Alone {
  readonly spent: bigint;
  readonly moment: Moment;
}

function begunAt({ heldAt, startedAt }: Entry): Moment {
  const at = heldAt ?? startedAt;
  return { wall: at, steady: at };
}

/** Three values for each: the number of the budget, the value, the start of the window. */
function balancesOf(buckets: readonly Bucket[]): readonly Value[] {
  const values: Value[] = [];
  for (const { account, start } of buckets) values.push(account.kept.number, account.value, start);
  return values;
}

function openHold(hold: Hold): OpenHold {
  if (hold instanceof OpenHold) return hold;
  throw new TypeError('this hold was placed somewhere else');
}
