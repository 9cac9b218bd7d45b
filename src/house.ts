import { type Catalogue, catalogue } from './catalog/catalogue.ts';
import type { ModelLists } from './catalog/model-lists.ts';
import { type PriceJump, priceJump } from './catalog/price-guard.ts';
import type { Config } from './config/config.ts';
import { Failure } from './core/failure.ts';
import type { SourcedFacts } from './core/model-facts.ts';
import type { Clock, Digest, FetchMedia, HttpClient, Ids, Log } from './core/ports.ts';
import { anthropicMessages, anthropicTokenCount } from './dialects/anthropic-messages/index.ts';
import { openaiChat } from './dialects/openai-chat/index.ts';
import { openaiEmbeddings } from './dialects/openai-embeddings/index.ts';
import type { Configuration } from './management/configuration.ts';
import type { Desk } from './management/desk.ts';
import { callPipeline } from './pipeline/index.ts';
import { counting } from './pipeline/token-estimator.ts';
import { wouldSend } from './pipeline/would-send.ts';
import { type AuthenticationTools, identify } from './policies/authenticate.ts';
import { configure } from './providers/configure.ts';
import { probe } from './providers/probe.ts';
import type { ConfiguredProvider } from './providers/provider.ts';
import { sandboxClient } from './sandbox/index.ts';
import type { PriceRecord, Store } from './store/store.ts';
import { type Door, dataPlane } from './transports/http/data-plane.ts';
import { explainRoute } from './transports/http/explain.ts';
import { type FrontTools, front, type Mounted, type PlainRoute } from './transports/http/front.ts';
import { modelList } from './transports/http/model-list.ts';
import { anthropicModels, openaiModels } from './transports/http/model-list-shapes.ts';

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
  /** How operators change what is configured. */
  readonly configuration: Configuration;
  /** What their changes share, however often the house is rebuilt. */
  readonly desk: Desk;
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
    routes: models,
    providers,
    dialects,
    retry: config.retry,
  });
  const doors = dataPlane({ ...parts, dialects, handle, limits: config.limits });
  let draining = false;
  const common = { ids: parts.ids, dialects: vendorDialects, draining: () => draining };
  const health = healthRoutes(common);
  const admin = administration(parts, { models, providers, doors, authentication });
  const lists = ['/v1/models', '/openai/v1/models', '/anthropic/v1/models'].map((path) =>
    modelList(listTools(parts, { models, authentication }), path),
  );
  const explain = explainRoute({
    ...parts,
    ...{ dialects: [openaiChat, openaiEmbeddings, anthropicMessages], plan: models.plan, limits: config.limits },
    identify: (credential) => identify(authentication, credential),
    wouldSend: (call) => wouldSend(call, { providers, dialects }),
  });
  const plain = [...health, ...lists, explain];
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
  const builtIn = sandboxClient({ clock, ids });
  return new Map(
    [...config.providers, ...config.discoverable].map((entry) => {
      const provider = configure(entry, { http: entry.kind.builtIn === true ? builtIn : http, clock });
      return [entry.name, counting(provider, anthropicTokenCount)];
    }),
  );
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
  return [
    { method: 'GET', path: '/healthz', answer: () => say(200, 'alive') },
    { method: 'GET', path: '/readyz', answer: () => (draining() ? say(503, 'draining') : say(200, 'ready')) },
  ];
}

/** What `/openapi.json` says of the one route of ours beside those of vendors. */
const explaining = {
  method: 'POST',
  path: '/trestle/v1/explain',
  operation: 'explain',
  summary: 'What would be sent for a request, where, at what price bound, and what would be lost. Nothing is sent.',
};

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
  { models, providers, doors, authentication }: Known & Pick<House, 'doors'> & Providers,
): readonly Mounted[] {
  const load = async (): Promise<Answer> => {
    const [{ adminApp }, { procedures }] = await Promise.all([
      import('./transports/http/admin.ts'),
      import('./management/index.ts'),
    ]);
    const app = adminApp({
      procedures,
      context: {
        ...parts,
        models: () => models.list({ at: parts.clock.now() }),
        catalogue: models,
        priceOf: models.priceOf,
        priceJump,
        probe: async (name) => await probed(providers.get(name), parts.clock),
      },
      authenticate: (credential) => identify(authentication, credential),
      dataRoutes: [...doors, explaining],
      log: parts.log,
    });
    return (request) => app.fetch(request);
  };
  let app: Promise<Answer> | undefined;
  const answer = async (request: Request): Promise<Response> => {
    app ??= load();
    return await (await app)(request);
  };
  return ['/admin', '/openapi.json'].map((prefix) => ({ prefix, answer }));
}
