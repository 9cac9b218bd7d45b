import type { Config, ProviderSettings } from '../config/config.ts';
import type { KnownModel } from '../core/model-facts.ts';
import type { Price } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';
import type { PriceRecord } from '../store/store.ts';
import { agreedFacts } from './facts.ts';
import type { ListReport, ModelLists } from './model-lists.ts';
import { modelPattern } from './model-pattern.ts';
import type { ModelAddress } from './names.ts';
import type { PriceJump } from './price-guard.ts';
import { type PriceBook, priceBook } from './prices.ts';
import { type RetiringPin, retiringPins, retiringWarning } from './retiring-pins.ts';
import { type ModelDescription, type ModelRoutes, routes } from './routes.ts';

/** Everything that is known of models, as it is now: it follows what providers list. */
export interface Catalogue extends ModelRoutes {
  /** Undefined if nobody knows it. */
  priceOf(provider: string, model: string, at: number): Price | undefined;
  report(): CatalogueReport;
  /** Asks every provider for its models now; resolves when each has answered or failed. */
  refresh(): Promise<void>;
}

export interface CatalogueReport {
  readonly lists: readonly ListReport[];
  /** Pinned models whose end is near. */
  readonly retiring: readonly RetiringPin[];
  /** Prices of the list in use that were not taken. */
  readonly refusedPrices: readonly PriceJump[];
}

export interface CatalogueParts {
  readonly config: Pick<Config, 'providers' | 'discoverable' | 'aliases'>;
  readonly records: readonly PriceRecord[];
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  readonly clock: Clock;
  readonly log: Log;
  /** Nobody is asked for models if absent; what is only there when it is found then never is. */
  readonly lists?: ModelLists | undefined;
  readonly refusedPrices?: readonly PriceJump[] | undefined;
}

export function catalogue(parts: CatalogueParts): Catalogue {
  const { config, records, clock, log, lists } = parts;
  const priced = [...config.providers, ...config.discoverable].map(({ name, kind, local, prices }) => ({
    name,
    kind: kind.name,
    local,
    prices,
  }));
  const book = priceBook({ records, providers: priced });
  let now: ModelRoutes;
  const warned = new Set<string>();
  const retiring = (): readonly RetiringPin[] =>
    retiringPins(config.aliases, (model) => descriptionOf(parts, model).facts?.retiresAt, clock.now());
  const warn = (): void => {
    for (const pin of retiring()) {
      const words = retiringWarning(pin, clock.now());
      if (!warned.has(words)) log.warn(words, { model: pin.model });
      warned.add(words);
    }
  };
  lists?.follow(followed(parts), (what) => {
    if (what === 'changed') now = routesNow(parts, book);
    warn();
  });
  now = routesNow(parts, book);
  warn();
  return Object.freeze({
    plan: (question) => now.plan(question),
    list: (question) => now.list(question),
    priceOf: book.priceOf,
    report: () => ({
      lists: lists?.report() ?? [],
      retiring: retiring(),
      refusedPrices: parts.refusedPrices ?? [],
    }),
    refresh: async () => await lists?.refresh(),
  } satisfies Catalogue);
}

type Followed = Parameters<ModelLists['follow']>[0];

/** Whoever has a list and is not told in the file what it offers. */
function followed({ config, providers }: CatalogueParts): Followed {
  const asked = config.providers.filter(
    ({ kind, models, disabled }) => kind.models !== undefined && models === undefined && disabled !== true,
  );
  const entries = [
    ...asked.map(({ name }) => ({ name, discovered: false })),
    ...config.discoverable.map(({ name }) => ({ name, discovered: true })),
  ];
  return entries.flatMap(({ name, discovered }) => {
    const provider = providers.get(name);
    return provider === undefined ? [] : [{ provider, discovered }];
  });
}

function routesNow(parts: CatalogueParts, prices: PriceBook): ModelRoutes {
  const { config, providers, lists } = parts;
  const found = config.discoverable.filter(({ name }) => lists?.of(name) !== undefined);
  const there = [...config.providers, ...found];
  return routes({
    providers: there.map((entry) => ({
      name: entry.name,
      models: modelsOf(entry, lists, prices),
      operations: operationsOf(providers.get(entry.name)),
      ...(entry.disabled === undefined ? {} : { disabled: entry.disabled }),
    })),
    aliases: config.aliases,
    prices,
    describe: remembering((model) => descriptionOf(parts, model)),
  });
}

/** What the file lists; else what the provider lists, or has a price; and what the file describes. */
function modelsOf(entry: ProviderSettings, lists: ModelLists | undefined, prices: PriceBook): readonly string[] {
  const { name, models, deployments, described = [] } = entry;
  if (models !== undefined) return models;
  const listed = lists?.of(name)?.models.map(({ id }) => id);
  const offered = deployments === undefined ? (listed ?? prices.models(name)) : Object.keys(deployments);
  return [...new Set([...offered, ...described.map(({ id }) => id)])];
}

function operationsOf(provider: ConfiguredProvider | undefined): readonly OperationName[] {
  return Object.keys(provider?.kind.operations ?? {}) as OperationName[];
}

/** The file comes first, then the provider's own list, then what is known of its kind. */
function descriptionOf({ config, lists }: CatalogueParts, { provider, model }: ModelAddress): ModelDescription {
  const entry = [...config.providers, ...config.discoverable].find(({ name }) => name === provider);
  const described = entry?.described?.find(({ id }) => id === model);
  const listed = lists?.of(provider)?.models.find(({ id }) => id === model);
  const facts = agreedFacts([
    { source: 'configuration', facts: described },
    { source: 'provider', facts: listed },
    { source: 'kind', facts: entry && traitFacts(entry, model) },
  ]);
  const operations = described?.operations ?? listed?.operations ?? namedOperations(entry, model);
  return { ...(facts === undefined ? {} : { facts }), ...(operations === undefined ? {} : { operations }) };
}

/** What the values of a kind of provider say of its models, each with the vendor's page. */
function traitFacts({ kind }: ProviderSettings, model: string): Omit<KnownModel, 'id'> | undefined {
  const traits = kind.operations.chat?.[0].traits?.find(({ match }) => modelPattern(match).matches(model));
  if (traits === undefined) return undefined;
  const { maxOutputTokens, reasoning, outputs } = traits;
  return {
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(reasoning === undefined ? {} : { reasoning: reasoning !== 'none' }),
    ...(outputs === undefined ? {} : { jsonSchema: outputs.includes('json-schema') }),
  };
}

function namedOperations(entry: ProviderSettings | undefined, model: string): readonly OperationName[] | undefined {
  return entry?.kind.models?.names?.find(({ match }) => modelPattern(match).matches(model))?.operations;
}

/** Good until the next list: routes are made anew then. */
function remembering(describe: (model: ModelAddress) => ModelDescription): (model: ModelAddress) => ModelDescription {
  const known = new Map<string, ModelDescription>();
  return (address) => {
    const key = `${address.provider}/${address.model}`;
    const found = known.get(key) ?? describe(address);
    if (known.size >= mostRemembered) known.clear();
    known.set(key, found);
    return found;
  };
}

const mostRemembered = 20_000;
