import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../src/core/failure.ts';
import type { Json } from '../../src/core/json.ts';
import type { FetchMedia, HttpClient, Log, LogFields, Vault } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { buildHouse, type House, type HouseParts } from '../../src/house.ts';
import { openDesk } from '../../src/management/desk.ts';
import { firstRun } from '../../src/management/first-run.ts';
import { openHealth } from '../../src/policies/health.ts';
import { rateCounters } from '../../src/policies/rate-limit-counters.ts';
import { providerKinds } from '../../src/providers/index.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openStore } from '../../src/store/open.ts';
import type { Threads } from '../../src/store/sql/sqlite.ts';
import type { RequestRecord, Store } from '../../src/store/store.ts';
import { type HandClock, handClock } from '../fakes/hand-clock.ts';
import { fakeInForce, fakeVault } from '../fakes/in-force.ts';
import { fakeStore } from '../fakes/store.ts';
import { fakeDigest, fakeIds, noon } from '../fakes/surroundings.ts';
import { fakeUpstream } from './fake-upstream.ts';

/** `main`'s own assembly, on a clock that goes by hand and ids that count: called with a `Request`, it answers with a `Response`. */
export interface TestHouse {
  readonly house: House;
  readonly clock: HandClock;
  readonly store: Store;
  readonly logged: readonly Logged[];
  /** Asks at the data address, with the client's key unless `headers` say otherwise. */
  ask(body: Json, asking?: Asking): Promise<Response>;
  /** What the books say, oldest first. */
  records(): Promise<readonly RequestRecord[]>;
  close(): Promise<void>;
}

export interface TestHouseOptions {
  /** In memory if absent; `sqlite` is the real one, in a directory of its own. */
  readonly store?: 'memory' | 'sqlite';
  /** The threads of the real one, if not its own. */
  readonly threads?: Threads;
  /** What stands where the network would be; one that answers well if absent. */
  readonly http?: HttpClient;
  /** What brings media by URL; nothing can be reached if absent. */
  readonly fetchMedia?: FetchMedia;
  /** The text of `trestle.yaml`. */
  readonly config?: string;
  /** Keeps what is secret of settings; one in memory if absent. */
  readonly vault?: Vault;
  /** Kinds of provider besides the real ones. */
  readonly kinds?: readonly Provider[];
  /** The last word on what the house is built of. */
  readonly change?: (parts: HouseParts) => HouseParts;
}

export interface Asking {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Logged {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export const clientKey = 'tr-test-client';
export const adminKey = 'tr-test-admin';

/** A provider `up` with prices that are easily reckoned with: a micro-dollar for a token in, two for one out. */
export const upstreamConfig = `
providers:
  up: { type: openai-compatible, base_url: "http://up.invalid/v1", api_key: up-credential, prices: { "*": { input: 1, output: 2 } } }
`;

export async function testHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const clock = handClock(noon);
  const { store, remove } = await openedStore(options, clock);
  const logged: Logged[] = [];
  const machine = { clock, store, ids: fakeIds(), digest: fakeDigest, log: listeningLog(logged) };
  await firstRun(machine, { admin: secret(adminKey), client: secret(clientKey) });
  const kinds = [...providerKinds, ...(options.kinds ?? [])];
  const text = options.config ?? upstreamConfig;
  const { http = fakeUpstream(), fetchMedia = unreachable } = options;
  const standing: { house?: House } = {};
  const vault = options.vault ?? fakeVault();
  const desk = openDesk({ clock, vault, answers: store.answers });
  const health = openHealth(clock);
  const counters = rateCounters({ limits: store.limits, clock });
  const configuration = await fakeInForce({
    ...{ store, clock, kinds, vault, text: () => text },
    apply(config, prices) {
      const parts: HouseParts = {
        ...{ ...machine, config, prices, http, fetchMedia, configuration, desk, health, counters },
        standing: () => standing.house,
      };
      standing.house = buildHouse(options.change?.(parts) ?? parts);
    },
  });
  configuration.begin();
  const built = (): House => {
    if (standing.house === undefined) throw new Error('no house was built');
    return standing.house;
  };
  return {
    get house() {
      return built();
    },
    clock,
    store,
    logged,
    ask: async (body, asking) => await built().answer(request(body, asking)),
    async records() {
      // What is written goes one way: when this is, everything before it is.
      await store.settings.remove({ kind: 'alias', name: 'nobody' });
      return (await allRecords(store)).toReversed();
    },
    async close() {
      await store.close();
      remove();
    },
  };
}

const unreachable: FetchMedia = (url) =>
  Promise.reject(new Failure('request-invalid', `Nothing can be fetched here, not even ${url}.`));

async function allRecords({ ledger }: Pick<Store, 'ledger'>, after?: string): Promise<readonly RequestRecord[]> {
  const { data, next } = await ledger.requests({ limit: 1000, ...(after === undefined ? {} : { after }) });
  return next === undefined ? data : [...data, ...(await allRecords({ ledger }, next))];
}

/** A request as it comes in at the data address. */
export function request(
  body: Json,
  { path = '/v1/chat/completions', method = 'POST', headers, signal }: Asking = {},
): Request {
  return new Request(`http://127.0.0.1:4141${path}`, {
    method,
    headers: { authorization: `Bearer ${clientKey}`, 'content-type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function openedStore(
  { store: kind = 'memory', threads }: TestHouseOptions,
  clock: HandClock,
): Promise<{ readonly store: Store; remove(): void }> {
  if (kind === 'memory') return { store: fakeStore(undefined, clock), remove: () => undefined };
  const directory = mkdtempSync(join(tmpdir(), 'trestle-house-'));
  const store = await openStore({ directory: join(directory, 'data'), clock, ...(threads && { threads }) });
  return { store, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function listeningLog(lines: Logged[]): Log {
  const writer =
    (level: keyof Log) =>
    (message: string, fields?: LogFields): void =>
      void lines.push({ level, message, fields });
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}
