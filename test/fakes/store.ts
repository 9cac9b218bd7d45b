import type { Event } from '../../src/core/event.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { Adjustment } from '../../src/store/adjustment.ts';
import type { Events } from '../../src/store/event.ts';
import type {
  Answers,
  Audit,
  AuditRecord,
  Entry,
  KeptAnswer,
  Key,
  Keys,
  Ledger,
  Listed,
  Organisation,
  Page,
  PriceRecord,
  Prices,
  Project,
  RequestQuery,
  RequestRecord,
  Setting,
  Settings,
  Store,
  Tenants,
} from '../../src/store/store.ts';
import { adjustedEntries, bookedOf } from './store-adjustments.ts';
import { eventRecord, isWantedEvent, noteEvents, observedOf } from './store-events.ts';
import { type HoldsInMemory, holdsIn, type KeptHold } from './store-holds.ts';
import { limitsIn } from './store-limits.ts';
import { usageOf, usagePageOf } from './store-usage.ts';

/** What a fake store remembers; given to another one, it is as after a restart. */
export interface Memory {
  readonly organisations: Organisation[];
  readonly projects: Project[];
  readonly keys: Key[];
  readonly entries: Entry[];
  /** What is held for attempts under way. */
  readonly open: KeptHold[];
  readonly adjustments: Adjustment[];
  readonly prices: PriceRecord[];
  readonly settings: Setting[];
  readonly audit: AuditRecord[];
  readonly answers: KeptAnswer[];
  readonly events: Event[];
}

export function emptyMemory(): Memory {
  return {
    organisations: [],
    projects: [],
    keys: [],
    entries: [],
    open: [],
    adjustments: [],
    prices: [],
    settings: [],
    audit: [],
    answers: [],
    events: [],
  };
}

/** At noon, for ever. */
const stillClock: Clock = {
  now: () => Date.UTC(2026, 10, 21, 12),
  monotonic: () => 0,
  after: () => () => undefined,
};

/** The store port, honestly kept in memory; it holds the same contract as the real engines. */
export function fakeStore(memory: Memory = emptyMemory(), clock: Clock = stillClock): Store {
  const life = { over: false };
  const verb = <Args extends readonly unknown[], T>(act: (...args: Args) => T) => {
    return async (...args: Args): Promise<T> => {
      if (life.over) throw new Failure('gateway-storage-failed', 'The store is closed.');
      return act(...args);
    };
  };
  const limits = limitsIn(memory);
  const money = holdsIn(memory, clock, limits);
  return {
    tenants: tenants(memory, verb, money),
    keys: keys(memory, verb, money),
    limits,
    ledger: ledger(memory, verb, money),
    holds: money.holds,
    prices: prices(memory, verb),
    settings: settings(memory, verb),
    audit: audit(memory, verb),
    answers: answers(memory, verb),
    events: events(memory, verb),
    close: async () => {
      life.over = true;
    },
  };
}

type Verb = <Args extends readonly unknown[], T>(act: (...args: Args) => T) => (...args: Args) => Promise<T>;

function tenants(memory: Memory, verb: Verb, { change }: HoldsInMemory): Tenants {
  const { organisations, projects } = memory;
  return {
    organisations: verb(() => [...organisations]),
    createOrganisation: verb((organisation, record) => {
      add(organisations, organisation);
      change({ kind: 'organisation', id: organisation.id }, organisation);
      note(memory, record);
    }),
    updateOrganisation: verb((organisation, record) => {
      replace(organisations, organisation);
      change({ kind: 'organisation', id: organisation.id }, organisation);
      note(memory, record);
    }),
    projects: verb(() => [...projects]),
    createProject: verb((project, record) => {
      demand(organisations, project.organisationId);
      add(projects, project);
      change({ kind: 'project', id: project.id }, project);
      note(memory, record);
    }),
    updateProject: verb((project, record) => {
      replace(projects, project);
      change({ kind: 'project', id: project.id }, project);
      note(memory, record);
    }),
  };
}

function keys(memory: Memory, verb: Verb, { change }: HoldsInMemory): Keys {
  const { keys: all, projects } = memory;
  return {
    find(mac) {
      const own = all.find((key) => key.mac === mac);
      if (own !== undefined) return own;
      const key = all.find(({ previous }) => previous?.mac === mac);
      const end = key?.previous?.expiresAt ?? 0;
      return key === undefined ? undefined : { ...key, expiresAt: Math.min(end, key.expiresAt ?? end) };
    },
    get: verb((id) => all.find((key) => key.id === id)),
    create: verb((key, record) => {
      demand(projects, key.projectId);
      if (!all.some(({ id }) => id === key.id) && all.some(({ mac }) => mac === key.mac)) throw impossible('mac');
      add(all, key);
      change({ kind: 'key', id: key.id }, key);
      note(memory, record);
    }),
    update: verb((key, record) => {
      replace(all, key);
      change({ kind: 'key', id: key.id }, key);
      note(memory, record);
    }),
    list: verb(({ organisationId, projectId, ...page }) =>
      pageOf(all, page, (key) =>
        [
          (organisationId ?? key.organisationId) === key.organisationId,
          (projectId ?? key.projectId) === key.projectId,
        ].every(Boolean),
      ),
    ),
    revoke: verb((id, at, record) => {
      const key = all.find((one) => one.id === id);
      if (key === undefined) return false;
      if (key.revokedAt !== undefined) return true;
      replace(all, { ...key, revokedAt: at });
      note(memory, record);
      return true;
    }),
  };
}

function prices(memory: Memory, verb: Verb): Prices {
  const { prices: all } = memory;
  return {
    all: verb(() => all.toSorted((a, b) => a.price.from - b.price.from)),
    add: verb((records, record) => {
      for (const price of records) if (!all.some((known) => Bun.deepEquals(known, price))) all.push(price);
      note(memory, record);
    }),
  };
}

function settings(memory: Memory, verb: Verb): Settings {
  const { settings: all } = memory;
  const place = ({ kind, name }: Pick<Setting, 'kind' | 'name'>): string => `${kind} ${name}`;
  const drop = (gone: Pick<Setting, 'kind' | 'name'>): void => {
    const index = all.findIndex((one) => place(one) === place(gone));
    if (index >= 0) all.splice(index, 1);
  };
  return {
    all: verb(() => all.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))),
    save: verb((saved, record) => {
      for (const setting of saved) {
        drop(setting);
        all.push(setting);
      }
      note(memory, record);
    }),
    remove: verb((gone, record) => {
      drop(gone);
      note(memory, record);
    }),
  };
}

function audit(memory: Memory, verb: Verb): Audit {
  return {
    append: verb((record) => note(memory, record)),
    list: verb(({ organisationId, actor, subject, procedures, ...page }) =>
      pageOf(memory.audit, page, (record) =>
        [
          record.organisationId === (organisationId ?? record.organisationId),
          record.actor === (actor ?? record.actor),
          record.subject === (subject ?? record.subject),
          procedures?.includes(record.procedure) ?? true,
        ].every(Boolean),
      ),
    ),
  };
}

function answers({ answers: all }: Memory, verb: Verb): Answers {
  const place = (one: Parameters<Answers['find']>[0]): string =>
    JSON.stringify([one.organisationId, one.actor, one.idempotencyKey]);
  const keepOnly = (isKept: (one: KeptAnswer) => boolean): void =>
    void all.splice(0, all.length, ...all.filter(isKept));
  return {
    find: verb((name) => all.find((one) => place(one) === place(name))),
    save: verb((answer, { before, most }) => {
      const index = all.findIndex((one) => place(one) === place(answer));
      if (index >= 0) all[index] = answer;
      else all.push(answer);
      const newest = all.filter(({ organisationId }) => organisationId === answer.organisationId).slice(-most);
      const isForeign = (one: KeptAnswer): boolean => one.organisationId !== answer.organisationId;
      keepOnly((one) => one.at > before && (isForeign(one) || newest.includes(one)));
    }),
    remove: verb((name) => keepOnly((one) => place(one) !== place(name))),
    all: verb(() => [...all]),
  };
}

function events({ events: all }: Memory, verb: Verb): Events {
  return {
    append: verb((noticed) => noteEvents(all, noticed)),
    list: verb((query) => {
      const numbered = all.map((event, index) => ({ event, number: index + 1 }));
      const { data, ...rest } = pageOf(numbered, query, ({ event }) => isWantedEvent(event, query));
      return { data: data.map(({ event, number }) => eventRecord(event, number)), ...rest };
    }),
  };
}

/** In the same step as the change that it tells of. */
function note({ audit: all }: Memory, record: AuditRecord | undefined): void {
  if (record !== undefined && !all.some(({ id }) => id === record.id)) all.push(record);
}

function ledger(memory: Memory, verb: Verb, money: HoldsInMemory): Ledger {
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

interface Named {
  readonly id: string;
}

function add<Item extends Named>(all: Item[], item: Item): void {
  if (all.some(({ id }) => id === item.id)) throw new Failure('resource-conflict', `${item.id} is there already.`);
  all.push(item);
}

function replace<Item extends Named>(all: Item[], item: Item): void {
  demand(all, item.id);
  all[all.findIndex(({ id }) => id === item.id)] = item;
}

function demand(all: readonly Named[], wanted: string): void {
  if (!all.some(({ id }) => id === wanted)) throw new Failure('resource-unknown', `There is no ${wanted}.`);
}

function impossible(what: string): Failure {
  return new Failure('gateway-storage-failed', `There is such a ${what} already.`);
}

/** Newest first; the cursor is the position of the last item of the page before. */
function pageOf<T>(
  oldestFirst: readonly T[],
  { limit, after }: Page,
  isWanted: (item: T) => boolean = () => true,
): Listed<T> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw strange('limit', limit);
  if (after !== undefined && !/^\d{1,15}$/.test(after)) throw strange('after', after);
  const end = after === undefined ? oldestFirst.length : Number(after);
  const found = oldestFirst
    .map((item, position) => ({ item, position }))
    .filter(({ item, position }) => position < end && isWanted(item))
    .reverse();
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const more = found.length > limit && last !== undefined ? { next: String(last.position) } : {};
  return { data: data.map(({ item }) => item), ...more };
}

function strange(param: string, found: string | number): Failure {
  return new Failure('request-invalid', `${param} is ${JSON.stringify(found)}, which no list takes.`, { param });
}
