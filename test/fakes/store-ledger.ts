import type { Adjustment } from '../../src/store/adjustment.ts';
import type { Entry, Ledger, RequestQuery, RequestRecord } from '../../src/store/store.ts';
import { adjustedEntries, bookedOf } from './store-adjustments.ts';
import { observedOf } from './store-events.ts';
import type { HoldsInMemory } from './store-holds.ts';
import { type Memory, note } from './store-memory.ts';
import { usageOf, usagePageOf } from './store-usage.ts';
import { impossible, pageOf, type Verb } from './store-verb.ts';

export function ledger(memory: Memory, verb: Verb, money: HoldsInMemory): Ledger {
  const { entries, adjustments } = memory;
  const booked = (): readonly Entry[] => adjustedEntries(entries, adjustments);
  return {
    append: verb((appended, hold) => {
      const entry = money.settle(appended, hold);
      const twice = entries.some(({ closing, requestId }) => closing && requestId === entry.requestId);
      if (entry.closing && twice) throw impossible('closing entry');
      entries.push(entry);
    }),
    requests: verb((query) => {
      const { data, ...rest } = pageOf(booked(), query, (entry) => entry.closing && isWanted(entry, query));
      return { data: data.map((closing) => recordOf(closing, booked())), ...rest };
    }),
    request: verb((id, of) => {
      const own = booked().filter((entry) => entry.requestId === id && entry.keyId === (of?.keyId ?? entry.keyId));
      const closing = own.find((entry) => entry.closing);
      if (closing === undefined) return undefined;
      const others = own.filter((entry) => entry !== closing).toSorted((a, b) => a.attempt - b.attempt);
      return { record: recordOf(closing, own), entries: [...others, closing] };
    }),
    usage: verb((query) => usageOf(booked(), query)),
    usagePage: verb((query, page) => usagePageOf(booked(), query, page)),
    booked: verb((query) => bookedOf(entries, adjustments, query)),
    adjust: verb((made, record) => {
      const isThere = (one: Adjustment): boolean =>
        adjustments.some(({ entry, number }) => entry === one.entry && number === one.number);
      for (const one of made) if (!isThere(one)) adjustments.push(one);
      money.recount();
      note(memory, record);
    }),
    observed: verb((query) => observedOf(entries, query)),
  };
}

function isWanted(entry: Entry, query: RequestQuery): boolean {
  const told = { ...entry, statusClass: Math.floor(entry.status / 100) };
  const names = ['organisationId', 'projectId', 'keyId', 'provider', 'model', 'requestedModel', 'endUser'] as const;
  const others = ['statusClass', 'outcome', 'failure'] as const;
  const equal = [...names, ...others].every((name) => query[name] === undefined || query[name] === told[name]);
  const inTime = entry.startedAt >= (query.from ?? 0) && entry.startedAt < (query.to ?? Number.POSITIVE_INFINITY);
  return equal && inTime && (query.tag === undefined || entry.tags.includes(query.tag));
}

/** What a call cost is not known if the price of one of its attempts is not. */
function recordOf(
  { attempt, closing: _, cost: __, adjusted: ___, overrun: ____, ...told }: Entry,
  entries: readonly Entry[],
): RequestRecord {
  const own = entries.filter(({ requestId }) => requestId === told.requestId);
  const costs = own.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
  const cost = costs.reduce((sum, each) => sum + each, 0n);
  const adjusted = sumOf(own, 'adjusted');
  const overrun = sumOf(own, 'overrun');
  return { ...told, attempts: attempt, ...adjusted, ...overrun, ...(costs.length < own.length ? {} : { cost }) };
}

/** Nothing if no entry has any. */
function sumOf(
  entries: readonly Entry[],
  name: 'adjusted' | 'overrun',
): { readonly [Name in 'adjusted' | 'overrun']?: bigint } {
  const amounts = entries.flatMap((entry) => entry[name] ?? []);
  return amounts.length === 0 ? {} : { [name]: amounts.reduce((sum, each) => sum + each, 0n) };
}
