import { join } from 'node:path';
import { keptJumps } from './catalog/kept-jumps.ts';
import { type ModelLists, modelLists } from './catalog/model-lists.ts';
import { seedPrices } from './catalog/seed.ts';
import type { Address, Config } from './config/config.ts';
import type { FetchMedia, HttpServer, Listener, Log } from './core/ports.ts';
import { buildHouse, type House, type HouseParts } from './house.ts';
import { InForce, type InForceTools } from './in-force.ts';
import { retainEvents } from './jobs/event-retention.ts';
import { watchSpend } from './jobs/spend-watch.ts';
import { type LastConfig, lastConfig } from './last-config.ts';
import { openDesk } from './management/desk.ts';
import { firstRun, type MadeKeys } from './management/first-run.ts';
import { ownRecord } from './management/own-record.ts';
import { systemClock } from './platform/clock.ts';
import { openDigest } from './platform/digest.ts';
import { ensureDirectory } from './platform/files.ts';
import { bunHttpClient } from './platform/http-client.ts';
import { bunHttpServer } from './platform/http-server.ts';
import { systemIds } from './platform/ids.ts';
import { keptTexts } from './platform/kept-texts.ts';
import { openVault } from './platform/vault.ts';
import { openAllowances } from './policies/allowances.ts';
import { openHealth } from './policies/health.ts';
import { rateCounters } from './policies/rate-limit-counters.ts';
import { openStore } from './store/open.ts';
import type { AuditRecord, Store } from './store/store.ts';

/** A server that runs. */
export interface Running {
  readonly url: string;
  readonly adminUrl: string;
  /** Secrets made by the first start, to be shown once. */
  readonly made: MadeKeys;
  /**
   * Reads file and environment again and serves by them from the next call on; what cannot be used leaves all as it was and is
   * thrown. Addresses and the data directory stay as they are.
   */
  reload(): Promise<void>;
  /** Takes nothing new, lets what runs finish for as long as it may, and closes the books. */
  stop(): Promise<void>;
}

/** How long running streams may take to finish once the server is told to stop, in milliseconds. */
const graceMs = 30_000;

/** What a start begins with. */
export interface Beginning extends Pick<InForceTools, 'sources' | 'first'> {
  readonly log: Log;
}

/** Opens the data directory, builds the house on this machine and opens its doors. Throws a `Failure` that says what to do. */
export async function start({ sources, first, log }: Beginning): Promise<Running> {
  const { config } = first;
  const machine = { clock: systemClock, ids: systemIds, log };
  await ensureDirectory(config.data);
  const store = await openStore({ directory: config.data, clock: machine.clock, log });
  const kept = keptTexts(config.data);
  const lists = modelLists({ ...machine, kept });
  try {
    const digest = await openDigest(join(config.data, 'secret.key'));
    const vault = await openVault(join(config.data, 'vault.key'));
    const made = await firstRun({ ...machine, store, digest }, given(config));
    const record = await recording({ ...machine, store });
    const seeding = await seedPrices(store.prices, {
      at: machine.clock.now(),
      record: (summary) => record({ actor: 'start', procedure: 'prices.take', subject: 'prices', summary }),
    });
    if (seeding !== undefined) log.info('the price list was taken up', { count: seeding.count });
    for (const { provider, model, why } of seeding?.jumps ?? [])
      log.warn(`a new price was not taken, the old one stays: ${why}`, { provider, model });
    const refusedPrices = await keptJumps(kept, seeding);
    const desk = openDesk({ clock: machine.clock, answers: store.answers, vault });
    const health = openHealth(machine.clock);
    const counters = rateCounters({ limits: store.limits, clock: machine.clock });
    const allowances = openAllowances();
    const standing: Standing = {};
    const last = lastConfig(kept, digest);
    await noteChange(store, last, { config, record });
    const configuration = await InForce.open({
      ...{ sources, first, store, vault, clock: machine.clock },
      taken: async (alone) => await last.keep(alone).catch(unkept(log)),
      apply(settings, prices) {
        standing.house = buildHouse({
          ...machine,
          // Doors stand open already: another address waits for the next start.
          config: { ...settings, adminListen: config.adminListen } as Config,
          ...{ store, prices, digest, lists, refusedPrices, desk, health, counters, allowances, configuration },
          http: clientFor(settings, machine),
          fetchMedia: mediaFor(settings, machine),
          standing: () => standing.house,
        });
      },
    });
    await allowances.recall(store.ledger, givingAway(configuration), machine.clock.now());
    configuration.begin();
    for (const { place, message } of configuration.read().leftOut) log.warn(`${place} is not used: ${message}`);
    for (const { place, message } of configuration.read().warnings) log.warn(`${place}: ${message}`);
    const signalled = { procedure: 'config.reload', ...ofConfiguration, summary: 'the configuration was read again' };
    const reload = async (): Promise<void> =>
      await desk.inTurn(async () => await configuration.reload(record({ actor: 'SIGHUP', ...signalled })));
    const running = await open(config, standing, { store, log, lists });
    const jobs = [watchSpend, retainEvents].map((begin) => begin({ ...machine, store }));
    const stop = async (): Promise<void> => {
      for (const stopJob of jobs) stopJob();
      await running.stop();
    };
    return { ...running, made, reload, stop };
  } catch (thrown) {
    lists.stop();
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

/** Providers that give something away each day. */
function givingAway(configuration: InForce): readonly string[] {
  return configuration.read().providers.flatMap(({ name, entry }) => (entry['free'] === undefined ? [] : [name]));
}

function clientFor({ limits }: Config, { clock }: Pick<HouseParts, 'clock'>): HouseParts['http'] {
  return bunHttpClient({ clock, headTimeoutMs: limits.headTimeoutMs, idleTimeoutMs: limits.idleTimeoutMs });
}

/** The guarded way to the network is loaded when a caller's URL is first followed; most servers never follow one. */
function mediaFor({ media }: Config, { clock }: Pick<HouseParts, 'clock'>): FetchMedia {
  let loaded: Promise<FetchMedia> | undefined;
  return async (url, wanted) => {
    loaded ??= import('./platform/guarded-media.ts').then(({ guardedMedia }) => guardedMedia({ clock, ...media }));
    const fetchMedia = await loaded;
    return await fetchMedia(url, wanted);
  };
}

/** What is in force is in force: the next start will tell of a change that was told already. */
function unkept(log: Log): (cause: unknown) => void {
  return (cause) => log.warn('what the configuration says now could not be kept for the next start', { cause });
}

type Recording = (told: Pick<AuditRecord, 'actor' | 'procedure' | 'subject' | 'summary'>) => AuditRecord;

/** Who starts a process or sends it a signal is known to the machine alone. */
async function recording({ store, ...tools }: Pick<HouseParts, 'store' | 'ids' | 'clock'>): Promise<Recording> {
  const [own] = await store.tenants.organisations();
  return (told) => ownRecord(tools, { organisationId: own?.id ?? '', ...told });
}

const ofConfiguration = { subject: 'configuration' } as const;

/** What file and environment say otherwise than when they were last read is a change like one over the API. */
async function noteChange(
  { audit }: Pick<Store, 'audit'>,
  last: LastConfig,
  { config, record }: { readonly config: Config; readonly record: Recording },
): Promise<void> {
  const change = last.changeTo(config);
  const told = { actor: 'start', procedure: 'config.start', ...ofConfiguration };
  if (change !== undefined) await audit.append(record({ ...told, summary: `the configuration changed: ${change}` }));
  await last.keep(config);
}

/** The house that serves now; another one stands in its place when settings change. */
interface Standing {
  house?: House;
}

async function open(
  config: Config,
  standing: Readonly<Standing>,
  { store, log, lists }: Pick<HouseParts, 'store' | 'log'> & { readonly lists: ModelLists },
): Promise<Omit<Running, 'made' | 'reload'>> {
  const house = (): House => {
    if (standing.house === undefined) throw new TypeError('No house was built.');
    return standing.house;
  };
  const server = bunHttpServer(log);
  const front = await listen(server, config, { at: config.listen, answer: (request) => house().answer(request) });
  const admin =
    config.adminListen &&
    (await listen(server, config, {
      at: config.adminListen,
      answer: (request) => house().administer(request),
    }).catch(closing(front)));
  const listeners = admin === undefined ? [front] : [front, admin];
  return {
    url: front.url,
    adminUrl: (admin ?? front).url,
    async stop() {
      lists.stop();
      house().drain();
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
