import { type Catalogue, catalogue } from './catalog/catalogue.ts';
import type { ModelLists } from './catalog/model-lists.ts';
import { type PriceJump, priceJump } from './catalog/price-guard.ts';
import type { Config } from './config/config.ts';
import type { Principal } from './core/call.ts';
import { Failure } from './core/failure.ts';
import type { SourcedFacts } from './core/model-facts.ts';
import type { Clock, Digest, FetchMedia, HttpClient, Ids, Log } from './core/ports.ts';
import { anthropicMessages, anthropicTokenCount } from './dialects/anthropic-messages/index.ts';
import { openaiChat } from './dialects/openai-chat/index.ts';
import { openaiEmbeddings } from './dialects/openai-embeddings/index.ts';
import { balanceIn } from './management/balances.ts';
import type { Configuration } from './management/configuration.ts';
import type { Desk } from './management/desk.ts';
import { callPipeline } from './pipeline/index.ts';
import { counting } from './pipeline/token-estimator.ts';
import { waysTo } from './pipeline/way.ts';
import { wouldSend } from './pipeline/would-send.ts';
import type { Allowances } from './policies/allowances.ts';
import { type AuthenticationTools, identify } from './policies/authenticate.ts';
import type { Health } from './policies/health.ts';
import type { RateCounters } from './policies/rate-limit-counters.ts';
import { configure } from './providers/configure.ts';
import { probe } from './providers/probe.ts';
import type { ConfiguredProvider } from './providers/provider.ts';
import type { SandboxPorts } from './sandbox/index.ts';
import type { PriceRecord, Store } from './store/store.ts';
import { type Door, dataPlane } from './transports/http/data-plane.ts';
import { explainRoute } from './transports/http/explain.ts';
import { type FrontTools, front, type Mounted, type PlainRoute } from './transports/http/front.ts';
import { modelList } from './transports/http/model-list.ts';
import { anthropicModels, openaiModels } from './transports/http/model-list-shapes.ts';
import { ownRequestPath, ownRequestRoute } from './transports/http/own-request.ts';

/** What a house is built of: settings, memory, and the machine's ports. */
export interface HouseParts {
  readonly config: Config;
  readonly store: Store;
  readonly prices: readonly PriceRecord[];
  readonly digest: Digest;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly http: HttpClient;
  /** For what callers name by URL; `http` is for what the operator named. */
  readonly fetchMedia: FetchMedia;
  /** What providers list; nobody is asked if absent. */
  readonly lists?: ModelLists;
  /** Prices that were not believed when the price list was taken up. */
  readonly refusedPrices?: readonly PriceJump[];
  /** What is counted for limits of rate, however often the house is rebuilt. */
  readonly counters: RateCounters;
  /** What was given away today, however often the house is rebuilt; nothing is free if absent. */
  readonly allowances?: Allowances;
  /** How operators change what is configured. */
  readonly configuration: Configuration;
  /** What their changes share, however often the house is rebuilt. */
  readonly desk: Desk;
  /** What calls show of providers, however often the house is rebuilt. */
  readonly health: Health;
  /** The house that stands by now, so that the answer to a change tells what came of it; this one if absent. */
  readonly standing?: () => Pick<House, 'catalogue'> | undefined;
}

type Answer = (request: Request) => Response | Promise<Response>;

export interface House {
  /** What the data address answers; management too, where the two share one address. */
  readonly answer: Answer;
  /** What management's own address answers. */
  readonly administer: Answer;
  /** Every way in that asks a model. */
  readonly doors: readonly Door[];
  /** What is served besides, and asks no model anything. */
  readonly plain: readonly PlainRoute[];
  readonly mounted: readonly Mounted[];
  /** What is known of models. */
  readonly catalogue: Catalogue;
  /** Takes no new work from now on. */
  drain(): void;
}

/** Every dialect that a caller may speak. */
const dialects = [openaiChat, openaiEmbeddings, anthropicMessages, anthropicTokenCount];

/** In which each vendor's clients are answered where they ask for no operation. */
const vendorDialects = { openai: openaiChat, anthropic: anthropicMessages };

/** Puts the rooms together. Nothing here knows whether it stands on a real machine or on a test's. */
export function buildHouse(parts: HouseParts): House {
  const { config } = parts;
  const providers = providersOf(parts);
  const models = catalogue({ ...parts, records: parts.prices, providers });
  const authentication = { keys: parts.store.keys, digest: parts.digest, clock: parts.clock };
  const handle = callPipeline({
    ...parts,
    ...authentication,
    ledger: parts.store.ledger,
    limits: parts.store.limits,
    holds: parts.store.holds,
    minOutputTokens: config.budgets.minOutputTokens,
    ...(config.unknownPrice === undefined ? {} : { unknownPrice: config.unknownPrice }),
    routes: models,
    providers,
    dialects,
    retry: config.retry,
  });
  const doors = dataPlane({ ...parts, dialects, handle, limits: config.limits });
  let draining = false;
  const common = { ids: parts.ids, dialects: vendorDialects, draining: () => draining };
  const health = healthRoutes(common);
  const lists = ['/v1/models', '/openai/v1/models', '/anthropic/v1/models'].map((path) =>
    modelList(listTools(parts, { models, authentication }), path),
  );
  const explain = explainRoute({
    ...parts,
    ...{ dialects: [openaiChat, openaiEmbeddings, anthropicMessages], plan: models.plan, limits: config.limits },
    identify: (credential) => identify(authentication, credential),
    wouldSend: (call) => wouldSend(call, { providers, dialects }),
    wayOf: waysTo(providers),
    ...(config.unknownPrice === undefined ? {} : { unknownPrice: config.unknownPrice }),
  });
  const own = ownRequestRoute({
    ...{ ids: parts.ids, ledger: parts.store.ledger, dialect: openaiChat },
    identify: (credential) => identify(authentication, credential),
    spell: async (record) => (await import('./management/own-request.ts')).spellOwnRequest(record),
  });
  const plain = [...health, ...lists, explain, own];
  const admin = administration(parts, { models, providers, doors, plain, authentication });
  return {
    answer: front({ ...common, doors, plain, mounted: config.adminListen === undefined ? admin : [] }),
    administer: front({ ...common, doors: [], plain: health, mounted: admin }),
    doors,
    plain,
    mounted: admin,
    catalogue: models,
    drain() {
      draining = true;
    },
  };
}

function providersOf({ config, clock, ids, http }: HouseParts): ReadonlyMap<string, ConfiguredProvider> {
  const builtIn = sandbox({ clock, ids });
  return new Map(
    [...config.providers, ...config.discoverable].map((entry) => {
      const provider = configure(entry, { http: entry.kind.builtIn === true ? builtIn : http, clock });
      return [entry.name, counting(provider, anthropicTokenCount)];
    }),
  );
}

/** The sandbox is loaded when somebody first calls it. */
function sandbox(ports: SandboxPorts): HttpClient {
  let loaded: Promise<HttpClient> | undefined;
  return {
    async send(outbound) {
      loaded ??= import('./sandbox/index.ts').then(({ sandboxClient }) => sandboxClient(ports));
      const client = await loaded;
      return await client.send(outbound);
    },
  };
}

interface Known {
  readonly models: Catalogue;
  readonly authentication: AuthenticationTools;
}

function listTools({ clock, ids }: HouseParts, { models, authentication }: Known): Parameters<typeof modelList>[0] {
  return {
    ids,
    shapes: { openai: openaiModels(vendorDialects.openai), anthropic: anthropicModels(vendorDialects.anthropic) },
    identify: (credential) => identify(authentication, credential),
    list: (principal) => {
      const allowed = principal.models === undefined ? {} : { allowed: principal.models };
      return models
        .list({ at: clock.now(), ...allowed })
        .map(({ id, provider, facts }) => ({ id, ownedBy: provider ?? 'trestle', ...limitsOf(facts) }));
    },
  };
}

function limitsOf(facts: SourcedFacts | undefined): {
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
} {
  const { contextTokens, maxOutputTokens } = facts ?? {};
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}

function healthRoutes({ draining }: Pick<FrontTools, 'draining'>): readonly PlainRoute[] {
  const say = (status: number, text: string): Response => new Response(`${text}\n`, { status });
  const told = (path: string, summary: string) => {
    const route = { method: 'GET', path } as const;
    const open = { access: 'anybody', media: 'text/plain' } as const;
    return { ...route, told: [{ ...route, ...open, operation: 'health', summary }] };
  };
  return [
    { ...told('/healthz', 'Whether the process is there.'), answer: () => say(200, 'alive') },
    {
      ...told('/readyz', 'Whether it takes new work: 503 once it is told to stop.'),
      answer: () => (draining() ? say(503, 'draining') : say(200, 'ready')),
    },
  ];
}

interface Providers {
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
}

function probed(provider: ConfiguredProvider | undefined, clock: Clock): ReturnType<typeof probe> {
  if (provider === undefined)
    throw new Failure('resource-unknown', 'This provider is not in force.', { param: 'name' });
  return probe(provider, clock);
}

/** Management is loaded when somebody first asks for it: it takes memory that a gateway without operators need not spend. */
function administration(
  parts: HouseParts,
  { models, providers, doors, plain, authentication }: Known & Pick<House, 'doors' | 'plain'> & Providers,
): readonly Mounted[] {
  const load = async (): Promise<Answer> => {
    const [{ adminApp }, { procedures }, { ownRequestShape }, { organisationRoutes }] = await Promise.all([
      import('./transports/http/admin.ts'),
      import('./management/index.ts'),
      import('./management/own-request.ts'),
      import('./transports/http/organisation-kinds.ts'),
    ]);
    const described = plain.flatMap(({ told, path }) =>
      told.map((one) => (path === ownRequestPath ? { ...one, output: ownRequestShape } : one)),
    );
    const app = adminApp({
      procedures,
      context: {
        ...parts,
        models: () => (parts.standing?.()?.catalogue ?? models).list({ at: parts.clock.now(), off: 'shown' }),
        catalogue: models,
        priceOf: models.priceOf,
        balanceOf: (budget, owner) => balanceIn(parts.store.holds.standings(owner), budget),
        priceFor: models.priceFor,
        priceJump,
        probe: async (name) => await probed(providers.get(name), parts.clock),
      },
      authenticate: (credential) => identify(authentication, credential),
      dataRoutes: [...doors, ...described, ...organisationRoutes(organisationPrefixes), ownDocument],
      log: parts.log,
    });
    return (request) => app.fetch(request);
  };
  let app: Promise<Answer> | undefined;
  const answer = async (request: Request): Promise<Response> => {
    app ??= load();
    return await (await app)(request);
  };
  const own = ['/admin', '/openapi.json'].map((prefix) => ({ prefix, answer }));
  return [...own, ...organisationApi(parts, authentication)];
}

/** Usage and costs as OpenAI's own clients ask for them; where management is, for the same keys. */
function organisationApi(
  { store, clock, ids, log }: HouseParts,
  authentication: AuthenticationTools,
): readonly Mounted[] {
  const answer = async (request: Request): Promise<Response> => {
    const { organisationUsage } = await import('./transports/http/organisation-usage.ts');
    const identified = (credential: string | undefined): Principal => identify(authentication, credential);
    return await organisationUsage({ store, clock, ids, log, dialect: openaiChat, identify: identified })(request);
  };
  return organisationPrefixes.map((prefix) => ({ prefix, answer }));
}

const ownDocument = {
  ...{ method: 'GET', path: '/openapi.json', operation: 'openapi', access: 'anybody' as const },
  summary: 'This document: everything that is served here.',
};

/** Where OpenAI's clients expect them, and the same under our prefix for OpenAI. */
const organisationPrefixes = ['/v1/organization', '/openai/v1/organization'];
