import type { Sight } from '../../core/reply.ts';
import { type Usage, unitClasses, usageClasses } from '../../core/usage.ts';

/** What was seen of several answers together. Usage that one of them lacks is unknown of all of them. */
export function summedSight(sights: readonly Sight[]): Sight {
  const usages = sights.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
  const complete = usages.length === sights.length && sights.length > 0;
  return {
    terminal: sights.every(({ terminal }) => terminal),
    ...(complete && { usage: summedUsage(usages) }),
    ...(isOneTier(sights) && sights[0]?.servedTier !== undefined && { servedTier: sights[0].servedTier }),
    ...(sights.some(({ usageInvalid }) => usageInvalid === true) && { usageInvalid: true }),
    get producedBytes() {
      return sights.reduce((sum, { producedBytes }) => sum + producedBytes, 0);
    },
    get producedFrames() {
      return sights.reduce((sum, { producedFrames }) => sum + producedFrames, 0);
    },
  };
}

/** What served several tiers at once is charged as one that nobody told. */
function isOneTier(sights: readonly Sight[]): boolean {
  return sights.every(({ servedTier }) => servedTier === sights[0]?.servedTier);
}

function summedUsage(usages: readonly Usage[]): Usage {
  const tokens = summed(
    usageClasses,
    usages.map((usage) => usage.tokens),
  );
  const all = summed(
    unitClasses,
    usages.map(({ units = {} }) => units),
  );
  const units = Object.keys(all).length === 0 ? {} : { units: all };
  const costs = usages.flatMap(({ reportedCost }) => (reportedCost === undefined ? [] : [reportedCost]));
  if (costs.length < usages.length) return { tokens, ...units };
  return { tokens, ...units, reportedCost: costs.reduce((sum, cost) => sum + cost, 0n) };
}

type Counts<Class extends string> = { readonly [Name in Class]?: number };

/** A class that none of them has is left out. */
function summed<Class extends string>(classes: readonly Class[], all: readonly Counts<Class>[]): Counts<Class> {
  const told = classes.filter((name) => all.some((one) => one[name] !== undefined));
  const sums = told.map((name) => [name, all.reduce((sum, one) => sum + (one[name] ?? 0), 0)]);
  return Object.fromEntries(sums);
}
