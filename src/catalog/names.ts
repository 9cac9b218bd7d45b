import type { OperationName } from '../core/operation.ts';
import { withoutQuery } from './permission.ts';

/** One model at one provider. */
export interface ModelAddress {
  readonly provider: string;
  readonly model: string;
}

export function spelled({ provider, model }: ModelAddress): string {
  return `${provider}/${model}`;
}

/** A provider as routes see it. */
export interface RoutedProvider {
  /** The name of its configuration entry: the first part of its models' names. */
  readonly name: string;
  readonly operations: readonly OperationName[];
  /** What the configuration says it offers; without it, what has a price under its own name. */
  readonly models?: readonly string[];
  /** An operator switched it off for now. */
  readonly disabled?: true;
}

/** A name that somebody gave to one or more models. */
export interface RoutedAlias {
  readonly name: string;
  /** In order of preference. */
  readonly targets: readonly [ModelAddress, ...ModelAddress[]];
}

/** What a name stands for. */
export interface Resolved {
  /** The full name: what a key's list may also allow. */
  readonly name: string;
  readonly targets: readonly [ModelAddress, ...ModelAddress[]];
}

/** Every name that can be asked for. */
export interface Names {
  readonly providers: ReadonlyMap<string, RoutedProvider>;
  readonly aliases: ReadonlyMap<string, RoutedAlias>;
  /** Every model that is known to be offered, in the order of providers and names, those that are switched off too. */
  readonly listed: readonly ModelAddress[];
  /** Bare names -> where they are offered; where they are switched off only if they are so everywhere. */
  readonly bare: ReadonlyMap<string, readonly ModelAddress[]>;
  /** Whether an operator switched a model off by itself. */
  readonly isOff: (model: ModelAddress) => boolean;
}

export function namesOf(from: {
  readonly providers: readonly RoutedProvider[];
  readonly aliases: readonly RoutedAlias[];
  /** The models that have a price at a provider. */
  readonly priced: (provider: string) => readonly string[];
  /** Models that are switched off. */
  readonly off?: readonly ModelAddress[];
}): Names {
  const on = from.providers.filter(({ disabled }) => disabled !== true);
  const listed = on.flatMap(({ name, models }) =>
    (models ?? from.priced(name)).map((model) => ({ provider: name, model })),
  );
  const sorted = listed.toSorted((a, b) => inOrder(a.provider, b.provider) || inOrder(a.model, b.model));
  const off = new Set((from.off ?? []).map(spelled));
  const isOff = (model: ModelAddress): boolean => off.size > 0 && off.has(withoutQuery(spelled(model)));
  return {
    isOff,
    providers: new Map(from.providers.map((provider) => [provider.name, provider])),
    aliases: new Map(from.aliases.toSorted((a, b) => inOrder(a.name, b.name)).map((alias) => [alias.name, alias])),
    listed: sorted,
    bare: new Map([...Map.groupBy(sorted, ({ model }) => model)].map(([name, all]) => [name, askable(all, isOff)])),
  };
}

/** One that is switched off is left to be refused in words, for nothing else has its name. */
function askable(offered: readonly ModelAddress[], isOff: (model: ModelAddress) => boolean): readonly ModelAddress[] {
  const on = offered.filter((model) => !isOff(model));
  return on.length > 0 ? on : offered.slice(0, 1);
}

/** By code units, so that the order is the same on every machine. */
function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** An alias, else `provider/model`, else a bare name; several if a bare name is offered by several, none if nobody knows it. */
export function meanings(names: Names, asked: string): readonly Resolved[] {
  const alias = names.aliases.get(asked);
  if (alias !== undefined) return [{ name: asked, targets: alias.targets }];
  const slash = asked.indexOf('/');
  if (slash > 0 && slash < asked.length - 1 && names.providers.has(asked.slice(0, slash))) {
    return [{ name: asked, targets: [{ provider: asked.slice(0, slash), model: asked.slice(slash + 1) }] }];
  }
  return (names.bare.get(asked) ?? []).map((target) => ({ name: spelled(target), targets: [target] }));
}
