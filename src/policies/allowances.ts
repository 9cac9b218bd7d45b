import type { FreeAllowance, Price } from '../core/money.ts';
import { usageClasses } from '../core/usage.ts';
import type { BookedEntry } from '../store/adjustment.ts';
import type { Entry, Ledger } from '../store/store.ts';

/**
 * What providers give away each UTC day. An attempt is free as a whole or not at all: if, in the order in which attempts are
 * charged, it and all that were free before it on that day fit into the allowance. One that does not fit is charged, and takes nothing of
 * it. Its entry has the flag `free-allowance` and stays free when it is re-priced.
 */
export interface Allowances {
  /** The entry of an attempt as it is charged, with what it takes of the allowance taken. */
  taken(entry: Entry, price: Price | undefined): Entry;
  /** Learns from the ledger what was free today, for a start in the middle of the day. */
  recall(ledger: Pick<Ledger, 'booked'>, providers: readonly string[], now: number): Promise<void>;
}

export const freeFlag = 'free-allowance';

interface Taken {
  readonly day: number;
  readonly requests: number;
  readonly tokens: number;
}

const dayMs = 86_400_000;
const pageOf = 5_000;

export function openAllowances(): Allowances {
  const given = new Map<string, Taken>();
  const onDay = (provider: string, at: number): Taken => {
    const day = Math.floor(at / dayMs);
    const known = given.get(provider);
    return known?.day === day ? known : { day, requests: 0, tokens: 0 };
  };
  return {
    taken(entry, price) {
      const { provider, cost = 0n } = entry;
      if (price?.free === undefined || provider === undefined || cost === 0n) return entry;
      const next = plus(onDay(provider, entry.endedAt), entry);
      if (!fits(next, price.free)) return entry;
      given.set(provider, next);
      const { overrun: _, ...rest } = entry;
      return { ...rest, cost: 0n, flags: [...entry.flags, freeFlag] };
    },
    async recall(ledger, providers, now) {
      for (const provider of providers) {
        // A call lasts a day at most, so that what ended today began yesterday at the earliest.
        const from = (Math.floor(now / dayMs) - 1) * dayMs;
        let last: BookedEntry | undefined;
        do {
          const query = { from, to: Number.MAX_SAFE_INTEGER, provider, limit: pageOf };
          const page = await ledger.booked(last === undefined ? query : { ...query, after: last });
          for (const entry of page) {
            const isToday = Math.floor(entry.endedAt / dayMs) === Math.floor(now / dayMs);
            if (isToday && entry.flags.includes(freeFlag)) given.set(provider, plus(onDay(provider, now), entry));
          }
          last = page.length < pageOf ? undefined : page.at(-1);
        } while (last !== undefined);
      }
    },
  };
}

function plus({ day, requests, tokens }: Taken, { usage }: Pick<Entry, 'usage'>): Taken {
  const own = usageClasses.reduce((sum, name) => sum + (usage.tokens[name] ?? 0), 0);
  return { day, requests: requests + 1, tokens: tokens + own };
}

function fits({ requests, tokens }: Taken, { requestsPerDay, tokensPerDay }: FreeAllowance): boolean {
  return requests <= (requestsPerDay ?? Infinity) && tokens <= (tokensPerDay ?? Infinity);
}
