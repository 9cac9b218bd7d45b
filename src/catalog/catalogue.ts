import type { Config, ProviderSettings } from '../config/config.ts';
import type { KnownModel } from '../core/model-facts.ts';
import type { Price } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { ConfiguredProvider } from '../providers/provider.ts';
import type { PriceRecord } from '../store/store.ts';
import { agreedFacts } from './facts.ts';
import type { ListReport, ModelLists } from './model-lists.ts';
import { isPattern, modelPattern } from './model-pattern.ts';
import type { ModelAddress } from './names.ts';
import type { PriceJump } from './price-guard.ts';
import { type PriceBook, priceBook } from './prices.ts';
import { type RetiringPin, retiringPins, retiringWarning } from './retiring-pins.ts';
import { type ModelDescription, type ModelRoutes, routes } from './routes.ts';
import { listedContext } from './seed-contexts.ts';
import { seedSource } from './seed-prices.ts';
import { chargedPrice } from './served.ts';

/** Everything that is known of models, as it is now: it follows what providers list. */
export interface Catalogue extends ModelRoutes {
  /** Undefined if nobody knows it. */
  priceOf(provider: string, model: string, at: number): Price | undefined;
  /** What such a call would be charged by; undefined if nobody knows it. */
  priceFor(call: PricedCall): Price | undefined;
  report(): CatalogueReport;
  /** Asks every provider for its models now; resolves when each has answered or failed. */
  refresh(): Promise<void>;
}

export interface PricedCall extends ModelAddress {
  readonly operation: OperationName;
  readonly at: number;
}

export interface CatalogueReport {
  readonly lists: readonly ListReport[];
  /** Pinned models whose end is near. */
  readonly retiring: readonly RetiringPin[];
  /** Prices of the list in use that were not taken. */
  readonly refusedPrices: readonly PriceJump[];
}

export interface CatalogueParts {
  readonly config: Pick<Config, 'providers' | 'discoverable' | 'aliases'> & Partial<Pick<Config, 'overrides'>>;
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
  const priced = [...config.providers, ...config.discoverable].map(({ name, kind, local, prices, free }) => ({
    name,
    kind: kind.name,
    local,
    prices,
    ...(free === undefined ? {} : { free }),
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
    priceFor: ({ provider, model, operation, at }) => chargedPrice(operation, book.priceOf(provider, model, at)),
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
      models: modelsOf(entry, parts, prices),
      operations: operationsOf(providers.get(entry.name)),
      ...(entry.disabled === undefined ? {} : { disabled: entry.disabled }),
    })),
    aliases: config.aliases,
    prices,
    describe: remembering((model) => descriptionOf(parts, model)),
    off: (config.overrides ?? []).filter(({ disabled }) => disabled === true),
  });
}

/** What the file lists; else what the provider lists, or has a price; and what the file or an operator describes. */
function modelsOf(
  entry: ProviderSettings,
  { lists, config }: Pick<CatalogueParts, 'lists' | 'config'>,
  prices: PriceBook,
): readonly string[] {
  const { name, models, deployments, described = [] } = entry;
  if (models !== undefined) return models;
  const overridden = (config.overrides ?? []).filter(({ provider }) => provider === name).map(({ model }) => model);
  const listed = lists?.of(name)?.models.map(({ id }) => id);
  const offered = deployments === undefined ? (listed ?? pricedModels(entry, prices)) : Object.keys(deployments);
  return [...new Set([...offered, ...described.map(({ id }) => id), ...overridden])];
}

/** Where the operator chooses what is there, and what it is called, a price list cannot know it. */
function pricedModels({ name, kind, prices: own }: ProviderSettings, prices: PriceBook): readonly string[] {
  if (kind.takes?.includes('deployments') !== true) return prices.models(name);
  return own.map(({ model }) => model).filter((model) => !isPattern(model));
}

function operationsOf(provider: ConfiguredProvider | undefined): readonly OperationName[] {
  return Object.keys(provider?.kind.operations ?? {}) as OperationName[];
}

/**
 * The file comes first, then what operators say of the model and of its provider, then the provider's own list, then what is known
 * of its kind, then the price list.
 */
function descriptionOf({ config, lists }: CatalogueParts, { provider, model }: ModelAddress): ModelDescription {
  const entry = [...config.providers, ...config.discoverable].find(({ name }) => name === provider);
  const described = entry?.described?.find(({ id }) => id === model);
  const override = config.overrides?.find((one) => one.provider === provider && one.model === model)?.facts;
  const listed = lists?.of(provider)?.models.find(({ id }) => id === model);
  const inFile = entry?.managed === true ? undefined : described;
  const said = [
    { source: 'configuration', facts: inFile },
    { source: 'management', facts: override },
    { source: 'management', facts: inFile === undefined ? described : undefined },
  ];
  const facts = agreedFacts([
    ...said,
    { source: 'provider', facts: listed },
    { source: 'kind', facts: entry && traitFacts(entry, model) },
    { source: seedSource, facts: entry && listFacts(entry, model) },
  ]);
  const serving = [
    ...said.map(({ source, facts: known }) => ({ source, operations: known?.operations })),
    { source: 'kind', operations: namedOperations(entry, model) },
    { source: 'provider', operations: listed?.operations },
  ].find(({ operations }) => operations !== undefined);
  return {
    ...(facts === undefined ? {} : { facts }),
    ...(serving?.operations === undefined ? {} : { operations: serving.operations, operationsFrom: serving.source }),
  };
}

/** What the values of a kind of provider say of its models, each with the vendor's page. */
function traitFacts({ kind }: ProviderSettings, model: string): Omit<KnownModel, 'id'> | undefined {
  const traits = kind.operations.chat?.[0].traits?.find(({ match }) => modelPattern(match).matches(model));
  if (traits === undefined) return undefined;
  const { contextTokens, maxOutputTokens, reasoning, outputs } = traits;
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(reasoning === undefined ? {} : { reasoning: reasoning !== 'none' }),
    ...(outputs === undefined ? {} : { jsonSchema: outputs.includes('json-schema') }),
  };
}

/** What the price list says that comes along. */
function listFacts({ kind }: ProviderSettings, model: string): Omit<KnownModel, 'id'> | undefined {
  const contextTokens = listedContext(kind.name, model);
  return contextTokens === undefined ? undefined : { contextTokens };
}

function namedOperations(entry: ProviderSettings | undefined, model: string): readonly OperationName[] | undefined {
  return entry?.kind.serves?.find(({ match }) => modelPattern(match).matches(model))?.operations;
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
