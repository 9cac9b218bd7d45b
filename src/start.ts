import { join } from 'node:path';
import { seedPrices } from './catalog/seed.ts';
import type { Address, Config } from './config/config.ts';
import type { HttpServer, Listener, Log } from './core/ports.ts';
import { buildHouse, type House, type HouseParts } from './house.ts';
import { firstRun, type MadeKeys } from './management/first-run.ts';
import { systemClock } from './platform/clock.ts';
import { openDigest } from './platform/digest.ts';
import { ensureDirectory } from './platform/files.ts';
import { bunHttpClient } from './platform/http-client.ts';
import { bunHttpServer } from './platform/http-server.ts';
import { systemIds } from './platform/ids.ts';
import { openStore } from './store/open.ts';

/** A server that runs. */
export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  /** Secrets made by the first start, to be shown once. */
  readonly made: MadeKeys;
  /** Serves by other settings from the next call on. Addresses and the data directory stay as they are. */
  reload(config: Config): void;
  /** Takes nothing new, lets what runs finish for as long as it may, and closes the books. */
  stop(): Promise<void>;
}

/** How long running streams may take to finish once the server is told to stop, in milliseconds. */
const graceMs = 30_000;

/** Opens the data directory, builds the house on this machine and opens its doors. Throws a `Failure` that says what to do. */
export async function start(config: Config, log: Log): Promise<Running> {
  const machine = { clock: systemClock, ids: systemIds, log };
  await ensureDirectory(config.data);
  const store = await openStore({ directory: config.data, clock: machine.clock });
  try {
    const digest = await openDigest(join(config.data, 'secret.key'));
    const made = await firstRun({ ...machine, store, digest }, given(config));
    const { records, added } = await seedPrices(store.prices);
    if (added !== undefined) log.info('the price list was taken up', { count: records.length });
    const build = (settings: Config): House =>
      buildHouse({ ...machine, config: settings, store, prices: records, digest, http: clientFor(settings, machine) });
    return { ...(await open(config, build, { store, log })), made };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

function given({ adminKey, clientKey }: Config): Parameters<typeof firstRun>[1] {
  return {
    ...(adminKey === undefined ? {} : { admin: adminKey }),
    ...(clientKey === undefined ? {} : { client: clientKey }),
  };
}

function clientFor({ limits }: Config, { clock }: Pick<HouseParts, 'clock'>): HouseParts['http'] {
  return bunHttpClient({ clock, headTimeoutMs: limits.headTimeoutMs, idleTimeoutMs: limits.idleTimeoutMs });
}

async function open(
  config: Config,
  build: (config: Config) => House,
  { store, log }: Pick<HouseParts, 'store' | 'log'>,
): Promise<Omit<Running, 'made'>> {
  let house = build(config);
  const server = bunHttpServer(log);
  const front = await listen(server, config, { at: config.listen, answer: (request) => house.answer(request) });
  const admin =
    config.adminListen &&
    (await listen(server, config, {
      at: config.adminListen,
      answer: (request) => house.administer(request),
    }).catch(closing(front)));
  const listeners = admin === undefined ? [front] : [front, admin];
  return {
    url: front.url,
    adminUrl: (admin ?? front).url,
    reload(settings) {
      house = build({ ...settings, adminListen: config.adminListen } as Config);
    },
    async stop() {
      house.drain();
      await Promise.all(listeners.map((listener) => listener.close(graceMs)));
      await store.close();
    },
  };
}

/** A door that stays open while another cannot be opened would keep a process alive that serves nothing. */
function closing(opened: Listener): (thrown: unknown) => Promise<never> {
  return async (thrown) => {
    await opened.close(0);
    throw thrown;
  };
}

interface Opening {
  readonly at: Address;
  readonly answer: House['answer'];
}

function listen(server: HttpServer, { limits }: Config, { at, answer }: Opening): Promise<Listener> {
  return server.listen({ hostname: at.hostname, port: at.port, maxBodyBytes: limits.maxBodyBytes }, answer);
}
