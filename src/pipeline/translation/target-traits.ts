import { type ModelPattern, modelPattern } from '../../catalog/model-pattern.ts';
import type { Target } from '../../core/call.ts';
import type { ModelTraits } from '../../providers/model-traits.ts';
import type { Offer } from '../../providers/provider.ts';

/**
 * What an offer's model takes: the first that matches counts. Of one that none matches nothing is known but its dialect, and what
 * the target's limits say: those come before what the value of a kind says, which they have in them.
 */
export function traitsOf(
  { traits }: Pick<Offer, 'traits'>,
  { model, limits }: Pick<Target, 'model' | 'limits'>,
): ModelTraits {
  const found = traits?.find((one) => patternOf(one).matches(model)) ?? unknown;
  return limits === undefined ? found : { ...found, ...limits };
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
