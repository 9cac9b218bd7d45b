import { type ModelPattern, modelPattern } from '../../catalog/model-pattern.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import type { Offer } from '../../providers/provider.ts';

/** What an offer's model takes: the first that matches counts. Of one that none matches nothing is known but its dialect. */
export function traitsOf({ traits }: Pick<Offer, 'traits'>, model: string): ModelTraits {
  return traits?.find((one) => patternOf(one).matches(model)) ?? unknown;
}

const unknown: ModelTraits = { match: '*' };

const patterns = new WeakMap<ModelTraits, ModelPattern>();

function patternOf(traits: ModelTraits): ModelPattern {
  const known = patterns.get(traits);
  if (known !== undefined) return known;
  const pattern = modelPattern(traits.match);
  patterns.set(traits, pattern);
  return pattern;
}
