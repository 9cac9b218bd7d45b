import { join } from 'node:path';
import { seedPrices } from './catalog/seed.ts';
import type { Address, Config } from './config/config.ts';
import type { Clock, HttpServer, Ids, Listener, Log } from './core/ports.ts';
import { buildHouse, type House } from './house.ts';
import { firstRun, type MadeKeys } from './management/first-run.ts';
import { systemClock } from './platform/clock.ts';
import { openDigest } from './platform/digest.ts';
import { ensureDirectory } from './platform/files.ts';
import { bunHttpClient } from './platform/http-client.ts';
import { bunHttpServer } from './platform/http-server.ts';
import { systemIds } from './platform/ids.ts';
import { openStore } from './store/open.ts';
import type { Store } from './store/store.ts';

/** A server that runs. */
export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  /** Secrets made by the first start, to be shown once. */
  readonly made: MadeKeys;
  /** Takes nothing new, lets what runs finish for as long as it may, and closes the books. */
  stop(): Promise<void>;
}

/** How long running streams may take to finish once the server is told to stop, in milliseconds. */
const graceMs = 30_000;

/** Opens the data directory, builds the house on this machine and opens its doors. Throws a `Failure` that says what to do. */
export async function start(config: Config, log: Log): Promise<Running> {
  const clock: Clock = systemClock;
  const ids: Ids = systemIds;
  await ensureDirectory(config.data);
  const store = await openStore({ directory: config.data, clock });
  try {
    const digest = await openDigest(join(config.data, 'secret.key'));
    const made = await firstRun({ store, ids, clock, digest }, given(config));
    const { records, added } = await seedPrices(store.prices);
    if (added !== undefined) log.info('prices taken up', { count: records.length });
    const { headTimeoutMs, idleTimeoutMs } = config.limits;
    const http = bunHttpClient({ clock, headTimeoutMs, idleTimeoutMs });
    const house = buildHouse({ config, store, prices: records, digest, clock, ids, log, http });
    return { ...(await open(config, house, { store, log })), made };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

function given({ adminKey, clientKey }: Config): Parameters<typeof firstRun>[1] {
  return { ...(adminKey === undefined ? {} : { admin: adminKey }), ...(clientKey === undefined ? {} : { client: clientKey }) };
}

async function open(config: Config, house: House, { store, log }: { readonly store: Store; readonly log: Log }): Promise<Omit<Running, 'made'>> {
  const server = bunHttpServer(log);
  const front = await listen(server, config, config.listen, house.answer);
  const admin = config.adminListen && (await listen(server, config, config.adminListen, house.administer));
  const listeners = admin === undefined ? [front] : [front, admin];
  return {
    url: front.url,
    adminUrl: (admin ?? front).url,
    async stop() {
      house.drain();
      await Promise.all(listeners.map((listener) => listener.close(graceMs)));
      await store.close();
    },
  };
}

function listen(server: HttpServer, { limits }: Config, { hostname, port }: Address, answer: House['answer']): Promise<Listener> {
  return server.listen({ hostname, port, maxBodyBytes: limits.maxBodyBytes }, answer);
}
