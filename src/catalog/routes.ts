import type { Plan, Target } from '../core/call.ts';
import type { Failure } from '../core/failure.ts';
import type { ModelLimits, SourcedFacts } from '../core/model-facts.ts';
import type { Price } from '../core/money.ts';
import { nearestAmong } from '../core/nearest.ts';
import type { OperationName } from '../core/operation.ts';
import type { PlanQuestion } from '../policies/route.ts';
import {
  type ModelAddress,
  meanings,
  type Names,
  namesOf,
  type Resolved,
  type RoutedAlias,
  type RoutedProvider,
  spelled,
} from './names.ts';
import { permits } from './permission.ts';
import type { Era, PriceBook } from './prices.ts';
import {
  forbidden,
  modelSwitchedOff,
  type Refusing,
  severalMeanings,
  switchedOff,
  unknown,
  unnameable,
  unsupported,
} from './route-refusals.ts';
import { chargedPrice, servedOperations } from './served.ts';

/** Where models are found. Immutable: a new one is made when configuration or prices change. */
export interface ModelRoutes {
  /**
   * The targets a model's name leads to, with the prices in force. Throws `Failure`: `request-invalid`, `model-unknown`,
   * `model-ambiguous`, `model-forbidden` or `operation-unsupported`. A name asked before costs one look into a map.
   */
  plan(question: PlanQuestion): Plan;
  /** What a key may ask for: aliases first, by name, then models by provider and name. */
  list(question: ListQuestion): readonly ListedModel[];
}

export interface ListQuestion {
  /** What the key may use; absent means all. */
  readonly allowed?: readonly string[];
  /** Epoch milliseconds: which prices are in force. */
  readonly at: number;
  /** What is switched off is listed too; it is left out if absent. */
  readonly off?: 'shown';
}

export interface ListedModel {
  /** As callers write it. */
  readonly id: string;
  readonly source: 'alias' | 'provider';
  /** Absent for an alias. */
  readonly provider?: string;
  readonly operations: readonly OperationName[];
  /** Of an alias: the price of the first target that can be asked. */
  readonly price?: Price;
  /** What else is known of it; of an alias what is known of its first target. */
  readonly facts?: SourcedFacts;
  /** Who says what is asked of it, where somebody does; of an alias absent. */
  readonly operationsFrom?: string;
  /** It cannot be asked: it is switched off, or everything that an alias leads to is. */
  readonly disabled?: true;
}

export interface RouteTools {
  readonly providers: readonly RoutedProvider[];
  readonly aliases: readonly RoutedAlias[];
  readonly prices: PriceBook;
  /** What is known of a model besides; nothing if absent. */
  readonly describe?: (model: ModelAddress) => ModelDescription;
  /** Models that an operator switched off. */
  readonly off?: readonly ModelAddress[];
}

export interface ModelDescription {
  readonly facts?: SourcedFacts;
  /** What is asked of it, where somebody says so. */
  readonly operations?: readonly OperationName[];
  /** Who says so. */
  readonly operationsFrom?: string;
}

/** Names that callers make up must not fill the memory. */
const mostRemembered = 10_000;

/** A name that was looked up, with the plans made for it. */
interface Known extends Resolved {
  readonly plans: Map<OperationName, Plan>;
}

export function routes(tools: RouteTools): ModelRoutes {
  const { prices } = tools;
  const names = namesOf({ ...tools, priced: prices.models });
  const serves: Refusing['serves'] = (address, { operation, at }) =>
    operationsOf({ names, ...tools }, address, at).includes(operation);
  const refusing: Refusing = { names, nearest: nearestAmong(everyName(names)), serves };
  const remembered = new Map<string, Known>();
  let era: Era = { from: 0, until: 0 };
  const look = (question: PlanQuestion): Known => {
    const { model, at } = question;
    if (at < era.from || at >= era.until) {
      era = prices.era(at);
      remembered.clear();
    }
    const known = remembered.get(model);
    if (known !== undefined) return known;
    const found = { ...resolve(refusing, question), plans: new Map<OperationName, Plan>() };
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(model, found);
    return found;
  };
  return Object.freeze({
    plan(question: PlanQuestion) {
      const known = look(question);
      const { model, operation, allowed } = question;
      if (allowed !== undefined && !permits(allowed, [model, known.name])) throw forbidden(question);
      const made = known.plans.get(operation);
      if (made !== undefined) return made;
      const plan = planFor({ ...tools, refusing }, known, question);
      known.plans.set(operation, plan);
      return plan;
    },
    list: (question: ListQuestion) => list(names, tools, question),
  });
}

/** Longer than any vendor's longest name and its query. */
const longestName = 1024;
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

function resolve(refusing: Refusing, question: PlanQuestion): Resolved {
  const { model } = question;
  if (model.length === 0 || model.length > longestName || unprintable.test(model)) throw unnameable(model, longestName);
  const [found, ...others] = meanings(refusing.names, model);
  if (others.length > 0 && found !== undefined) throw severalMeanings(question, [found, ...others]);
  if (found !== undefined) return found;
  // A key learns nothing of names that it may not use, not even that they don't exist.
  throw permits(question.allowed, [model]) ? unknown(refusing, question) : forbidden(question);
}

/** Targets that do not offer the operation are left out; it is refused if none does. */
function planFor(
  { refusing, prices, describe }: Pick<RouteTools, 'prices' | 'describe'> & { readonly refusing: Refusing },
  { targets }: Resolved,
  question: PlanQuestion,
): Plan {
  const { operation, at } = question;
  const [first, ...others] = targets.filter(
    (address) => offers(refusing.names, address.provider, operation) && !refusing.names.isOff(address),
  );
  if (first === undefined) throw nobodyAnswers(refusing, targets, question);
  const target = (address: ModelAddress): Target => {
    const { provider, model } = address;
    const price = chargedPrice(operation, prices.priceOf(provider, model, at));
    return targetAt(address, { price, limits: limitsIn(describe?.(address).facts) });
  };
  const plan: Plan = { targets: [target(first), ...others.map(target)] };
  return Object.freeze(plan);
}

function nobodyAnswers(refusing: Refusing, targets: Resolved['targets'], question: PlanQuestion): Failure {
  const { providers, isOff } = refusing.names;
  const modelOff = targets.find(isOff);
  if (modelOff !== undefined) return modelSwitchedOff(question, modelOff);
  const off = targets.find(({ provider }) => providers.get(provider)?.disabled === true);
  return off === undefined ? unsupported(refusing, question, targets[0].provider) : switchedOff(question, off.provider);
}

function targetAt(
  { provider, model }: ModelAddress,
  { price, limits }: { readonly price: Price | undefined; readonly limits: ModelLimits | undefined },
): Target {
  return Object.freeze({
    provider,
    model,
    ...(price === undefined ? {} : { price }),
    ...(limits === undefined ? {} : { limits }),
  });
}

function limitsIn(facts: SourcedFacts | undefined): ModelLimits | undefined {
  const { contextTokens, maxOutputTokens } = facts ?? {};
  if (contextTokens === undefined && maxOutputTokens === undefined) return undefined;
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}

function offers(names: Names, provider: string, operation: OperationName): boolean {
  const found = names.providers.get(provider);
  return found?.disabled !== true && (found?.operations.includes(operation) ?? false);
}

/** As people might have meant them: aliases, full names, bare names that one provider offers. */
function everyName({ aliases, listed, bare, isOff }: Names): readonly string[] {
  const single = [...bare]
    .filter(([, offered]) => offered.length === 1 && !offered.some(isOff))
    .map(([model]) => model);
  const on = listed.filter((model) => !isOff(model)).map(spelled);
  return [...new Set([...aliases.keys(), ...on, ...single])];
}

function list(names: Names, tools: RouteTools, { allowed, at, off }: ListQuestion): readonly ListedModel[] {
  const served = (address: ModelAddress): readonly OperationName[] => operationsOf({ names, ...tools }, address, at);
  const listed = (id: string, targets: readonly ModelAddress[]): ListedModel => {
    const on = targets.filter((address) => !names.isOff(address));
    const told = on.length === 0 ? targets : on;
    const operations = [...new Set(told.flatMap(served))];
    const first = told.find((address) => served(address).length > 0);
    const price = first && tools.prices.priceOf(first.provider, first.model, at);
    const facts = first && tools.describe?.(first).facts;
    return {
      id,
      source: 'alias',
      operations,
      ...(price === undefined ? {} : { price }),
      ...(facts === undefined ? {} : { facts }),
      ...(on.length === 0 ? { disabled: true as const } : {}),
    };
  };
  const source = (address: ModelAddress): Pick<ListedModel, 'operationsFrom'> => {
    const from = tools.describe?.(address).operationsFrom;
    return from === undefined ? {} : { operationsFrom: from };
  };
  const aliases = [...names.aliases.values()].map(({ name, targets }) => listed(name, targets));
  const models = names.listed
    .filter((address) => !names.aliases.has(spelled(address)))
    .map(
      (address): ListedModel => ({
        ...listed(spelled(address), [address]),
        source: 'provider',
        provider: address.provider,
        ...source(address),
      }),
    );
  return [...aliases, ...models].filter(
    ({ id, operations, disabled }) =>
      operations.length > 0 && permits(allowed, [id]) && (disabled !== true || off === 'shown'),
  );
}

function operationsOf(
  { names, prices, describe }: Pick<RouteTools, 'prices' | 'describe'> & { readonly names: Names },
  { provider, model }: ModelAddress,
  at: number,
): readonly OperationName[] {
  const offered = names.providers.get(provider)?.operations ?? [];
  const said = describe?.({ provider, model }).operations;
  if (said !== undefined) return offered.filter((operation) => said.includes(meant[operation] ?? operation));
  const price = prices.priceOf(provider, model, at);
  // An operator's price for whatever there is tells nothing of what it is.
  const isTelling = price === undefined || !byOperator.has(price.source) || prices.models(provider).includes(model);
  return servedOperations(offered, isTelling ? price : undefined);
}

const byOperator: ReadonlySet<string> = new Set(['configuration', 'management']);

/** Who counts for a model is asked by who chats with it. */
const meant: { readonly [Op in OperationName]?: OperationName } = { 'count-tokens': 'chat' };
