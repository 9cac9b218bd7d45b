import { Failure } from '../../src/core/failure.ts';
import type {
  Entry,
  Key,
  Keys,
  Ledger,
  Listed,
  Organisation,
  Page,
  PriceRecord,
  Prices,
  Project,
  RequestRecord,
  Store,
  Tenants,
} from '../../src/store/store.ts';
import { usageOf } from './store-usage.ts';

/** What a fake store remembers; given to another one, it is as after a restart. */
export interface Memory {
  readonly organisations: Organisation[];
  readonly projects: Project[];
  readonly keys: Key[];
  readonly entries: Entry[];
  readonly prices: PriceRecord[];
}

export function emptyMemory(): Memory {
  return { organisations: [], projects: [], keys: [], entries: [], prices: [] };
}

/** The store port, honestly kept in memory; it holds the same contract as the real engines. */
export function fakeStore(memory: Memory = emptyMemory()): Store {
  const life = { over: false };
  const verb = <Args extends readonly unknown[], T>(act: (...args: Args) => T) => {
    return async (...args: Args): Promise<T> => {
      if (life.over) throw new Failure('gateway-storage-failed', 'The store is closed.');
      return act(...args);
    };
  };
  return {
    tenants: tenants(memory, verb),
    keys: keys(memory, verb),
    ledger: ledger(memory, verb),
    prices: prices(memory, verb),
    close: async () => {
      life.over = true;
    },
  };
}

type Verb = <Args extends readonly unknown[], T>(act: (...args: Args) => T) => (...args: Args) => Promise<T>;

function tenants({ organisations, projects }: Memory, verb: Verb): Tenants {
  return {
    organisations: verb(() => [...organisations]),
    createOrganisation: verb((organisation) => void add(organisations, organisation)),
    projects: verb(() => [...projects]),
    createProject: verb((project) => {
      demand(organisations, project.organisationId);
      add(projects, project);
    }),
  };
}

function keys({ keys: all, projects }: Memory, verb: Verb): Keys {
  return {
    find: (mac) => all.find((key) => key.mac === mac),
    get: verb((id) => all.find((key) => key.id === id)),
    create: verb((key) => {
      demand(projects, key.projectId);
      if (!all.some(({ id }) => id === key.id) && all.some(({ mac }) => mac === key.mac)) throw impossible('mac');
      add(all, key);
    }),
    list: verb((page) => pageOf(all, page)),
    revoke: verb((id, at) => {
      const index = all.findIndex((key) => key.id === id);
      const key = all[index];
      if (key === undefined) return false;
      all[index] = { ...key, revokedAt: key.revokedAt ?? at };
      return true;
    }),
  };
}

function prices({ prices: all }: Memory, verb: Verb): Prices {
  return {
    all: verb(() => all.toSorted((a, b) => a.price.from - b.price.from)),
    add: verb((records) => {
      for (const record of records) if (!all.some((known) => Bun.deepEquals(known, record))) all.push(record);
    }),
  };
}

function ledger({ entries }: Memory, verb: Verb): Ledger {
  return {
    append: verb((entry) => {
      const twice = entries.some(({ closing, requestId }) => closing && requestId === entry.requestId);
      if (entry.closing && twice) throw impossible('closing entry');
      entries.push(entry);
    }),
    requests: verb((page) => {
      const { data, ...rest } = pageOf(
        entries.filter(({ closing }) => closing),
        page,
      );
      return { data: data.map((closing) => recordOf(closing, entries)), ...rest };
    }),
    usage: verb((query) => usageOf(entries, query)),
  };
}

/** What a call cost is not known if the price of one of its attempts is not. */
function recordOf({ attempt, closing: _, cost: __, ...told }: Entry, entries: readonly Entry[]): RequestRecord {
  const own = entries.filter(({ requestId }) => requestId === told.requestId);
  const costs = own.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
  const cost = costs.reduce((sum, each) => sum + each, 0n);
  return { ...told, attempts: attempt, ...(costs.length < own.length ? {} : { cost }) };
}

interface Named {
  readonly id: string;
}

function add<Item extends Named>(all: Item[], item: Item): void {
  if (all.some(({ id }) => id === item.id)) throw new Failure('resource-conflict', `${item.id} is there already.`);
  all.push(item);
}

function demand(all: readonly Named[], wanted: string): void {
  if (!all.some(({ id }) => id === wanted)) throw new Failure('resource-unknown', `There is no ${wanted}.`);
}

function impossible(what: string): Failure {
  return new Failure('gateway-storage-failed', `There is such a ${what} already.`);
}

/** Newest first; the cursor is the position of the last item of the page before. */
function pageOf<T>(oldestFirst: readonly T[], { limit, after }: Page): Listed<T> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw strange('limit', limit);
  if (after !== undefined && !/^\d{1,15}$/.test(after)) throw strange('after', after);
  const end = after === undefined ? oldestFirst.length : Math.min(Number(after), oldestFirst.length);
  const start = Math.max(0, end - limit);
  return { data: oldestFirst.slice(start, end).reverse(), ...(start > 0 ? { next: String(start) } : {}) };
}

function strange(param: string, found: string | number): Failure {
  return new Failure('request-invalid', `${param} is ${JSON.stringify(found)}, which no list takes.`, { param });
}
