import { Failure } from '../../src/core/failure.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { Events } from '../../src/store/event.ts';
import type {
  Answers,
  Audit,
  KeptAnswer,
  Keys,
  PriceRecord,
  Prices,
  Setting,
  Settings,
  Store,
  Tenants,
} from '../../src/store/store.ts';
import { eventRecord, isWantedEvent, noteEvents, removeEvents } from './store-events.ts';
import { type HoldsInMemory, holdsIn } from './store-holds.ts';
import { ledger } from './store-ledger.ts';
import { limitsIn } from './store-limits.ts';
import { emptyMemory, type Memory, note } from './store-memory.ts';
import { impossible, pageOf, type Verb } from './store-verb.ts';

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
  const inOrder = (): readonly PriceRecord[] => all.toSorted((a, b) => a.price.from - b.price.from);
  return {
    all: verb(inOrder),
    of: verb((providers) => inOrder().filter(({ provider }) => providers.includes(provider))),
    has: verb((source) => all.some(({ price }) => price.source === source)),
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
      const { data, ...rest } = pageOf(all, query, ({ event }) => isWantedEvent(event, query));
      return { data: data.map(eventRecord), ...rest };
    }),
    remove: verb((old) => removeEvents(all, old)),
  };
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
