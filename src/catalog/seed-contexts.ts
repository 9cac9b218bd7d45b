import { isPattern, type ModelPattern, modelPattern } from './model-pattern.ts';
import contexts from './seed-contexts.json' with { type: 'json' };

/**
 * How many tokens a model's context has, as the price list says that comes along; undefined if it does not. It is asked last: an
 * entry, a provider's own list and the value of a kind know it better.
 */
export function listedContext(kind: string, model: string): number | undefined {
  const shelf = shelfOf(kind);
  const found = shelf.exact.get(model.toLowerCase()) ?? shelf.patterns.find(({ name }) => name.matches(model))?.tokens;
  return found === 0 ? undefined : found;
}

interface Shelf {
  readonly exact: ReadonlyMap<string, number>;
  /** Those that spell more come first. */
  readonly patterns: readonly { readonly name: ModelPattern; readonly tokens: number }[];
}

const shelves = new Map<string, Shelf>();

/** 0 stands for a model of which the list says nothing, though a pattern would take it for another. */
const lists: Readonly<Record<string, Readonly<Record<string, number>>>> = contexts;

/** Made when somebody asks: most houses have few kinds of provider. */
function shelfOf(kind: string): Shelf {
  const known = shelves.get(kind);
  if (known !== undefined) return known;
  const entries = Object.entries(Object.hasOwn(lists, kind) ? (lists[kind] ?? {}) : {});
  const patterns = entries.filter(([name]) => isPattern(name));
  const shelf: Shelf = {
    exact: new Map(entries.filter(([name]) => !isPattern(name)).map(([name, tokens]) => [name.toLowerCase(), tokens])),
    patterns: patterns
      .map(([name, tokens]) => ({ name: modelPattern(name), tokens }))
      .toSorted((a, b) => b.name.literal - a.name.literal),
  };
  if (shelves.size < mostKinds) shelves.set(kind, shelf);
  return shelf;
}

const mostKinds = 100;
