import { priceBook } from './catalog/prices.ts';
import { type ModelRoutes, routes } from './catalog/routes.ts';
import type { Config, ProviderSettings } from './config/config.ts';
import type { OperationName } from './core/operation.ts';
import type { Clock, Digest, HttpClient, Ids, Log } from './core/ports.ts';
import { openaiChat } from './dialects/openai-chat/index.ts';
import { callPipeline } from './pipeline/index.ts';
import { type AuthenticationTools, identify } from './policies/authenticate.ts';
import { configure } from './providers/configure.ts';
import type { ConfiguredProvider } from './providers/provider.ts';
import { sandboxClient } from './sandbox/index.ts';
import type { PriceRecord, Store } from './store/store.ts';
import { type Door, dataPlane } from './transports/http/data-plane.ts';
import { type FrontTools, front, type Mounted, type PlainRoute } from './transports/http/front.ts';
import { modelList } from './transports/http/model-list.ts';

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
  /** Takes no new work from now on. */
  drain(): void;
}

/** Every dialect that a caller may speak. */
const dialects = [openaiChat];

/** Puts the rooms together. Nothing here knows whether it stands on a real machine or on a test's. */
export function buildHouse(parts: HouseParts): House {
  const { config } = parts;
  const providers = providersOf(parts);
  const models = modelsOf(parts, providers);
  const authentication = { keys: parts.store.keys, digest: parts.digest, clock: parts.clock };
  const handle = callPipeline({
    ...parts,
    ...authentication,
    ledger: parts.store.ledger,
    routes: models,
    providers,
    retry: config.retry,
  });
  const doors = dataPlane({ ...parts, dialects, handle, limits: config.limits });
  let draining = false;
  const common = { ids: parts.ids, fallbackDialect: openaiChat, draining: () => draining };
  const health = healthRoutes(common);
  const admin = administration(parts, { models, doors, authentication });
  const lists = ['/v1/models', '/openai/v1/models'].map((path) =>
    modelList(listTools(parts, { models, authentication }), path),
  );
  const plain = [...health, ...lists];
  return {
    answer: front({ ...common, doors, plain, mounted: config.adminListen === undefined ? admin : [] }),
    administer: front({ ...common, doors: [], plain: health, mounted: admin }),
    doors,
    plain,
    mounted: admin,
    drain() {
      draining = true;
    },
  };
}

function providersOf({ config, clock, ids, http }: HouseParts): ReadonlyMap<string, ConfiguredProvider> {
  const builtIn = sandboxClient({ clock, ids });
  return new Map(
    config.providers.map((entry) => [entry.name, configure(entry, entry.kind.builtIn === true ? builtIn : http)]),
  );
}

function modelsOf({ config, prices }: HouseParts, providers: ReadonlyMap<string, ConfiguredProvider>): ModelRoutes {
  const priced = config.providers.map(({ name, kind, local, prices }) => ({ name, kind: kind.name, local, prices }));
  return routes({
    providers: config.providers.map((entry) => ({
      ...listing(entry),
      operations: operationsOf(providers.get(entry.name)),
    })),
    aliases: config.aliases,
    prices: priceBook({ records: prices, providers: priced }),
  });
}

function listing({ name, models }: ProviderSettings): { readonly name: string; readonly models?: readonly string[] } {
  return models === undefined ? { name } : { name, models };
}

function operationsOf(provider: ConfiguredProvider | undefined): readonly OperationName[] {
  return Object.keys(provider?.kind.operations ?? {}) as OperationName[];
}

interface Known {
  readonly models: ModelRoutes;
  readonly authentication: AuthenticationTools;
}

function listTools({ clock, ids }: HouseParts, { models, authentication }: Known): Parameters<typeof modelList>[0] {
  return {
    ids,
    dialect: openaiChat,
    identify: (credential) => identify(authentication, credential),
    list: (principal) => {
      const allowed = principal.models === undefined ? {} : { allowed: principal.models };
      return models
        .list({ at: clock.now(), ...allowed })
        .map(({ id, provider }) => ({ id, ownedBy: provider ?? 'trestle' }));
    },
  };
}

function healthRoutes({ draining }: Pick<FrontTools, 'draining'>): readonly PlainRoute[] {
  const say = (status: number, text: string): Response => new Response(`${text}\n`, { status });
  return [
    { method: 'GET', path: '/healthz', answer: () => say(200, 'alive') },
    { method: 'GET', path: '/readyz', answer: () => (draining() ? say(503, 'draining') : say(200, 'ready')) },
  ];
}

/** Management is loaded when somebody first asks for it: it takes memory that a gateway without operators need not spend. */
function administration(
  parts: HouseParts,
  { models, doors, authentication }: Known & Pick<House, 'doors'>,
): readonly Mounted[] {
  const load = async (): Promise<Answer> => {
    const [{ adminApp }, { procedures }] = await Promise.all([
      import('./transports/http/admin.ts'),
      import('./management/index.ts'),
    ]);
    const app = adminApp({
      procedures,
      context: { ...parts, models: () => models.list({ at: parts.clock.now() }) },
      authenticate: (credential) => identify(authentication, credential),
      dataRoutes: doors,
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
