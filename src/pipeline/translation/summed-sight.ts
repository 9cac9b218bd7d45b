import type { Sight } from '../../core/reply.ts';
import { type Usage, type UsageClass, usageClasses } from '../../core/usage.ts';

/** What was seen of several answers together. Usage that one of them lacks is unknown of all of them. */
export function summedSight(sights: readonly Sight[]): Sight {
  const usages = sights.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
  const complete = usages.length === sights.length && sights.length > 0;
  return {
    terminal: sights.every(({ terminal }) => terminal),
    ...(complete && { usage: summedUsage(usages) }),
    ...(sights.some(({ usageInvalid }) => usageInvalid === true) && { usageInvalid: true }),
    get producedBytes() {
      return sights.reduce((sum, { producedBytes }) => sum + producedBytes, 0);
    },
    get producedFrames() {
      return sights.reduce((sum, { producedFrames }) => sum + producedFrames, 0);
    },
  };
}

function summedUsage(usages: readonly Usage[]): Usage {
  const tokens: { [Class in UsageClass]?: number } = {};
  for (const name of usageClasses) {
    const counts = usages.flatMap((usage) => usage.tokens[name] ?? []);
    if (counts.length > 0) tokens[name] = counts.reduce((sum, count) => sum + count, 0);
  }
  const costs = usages.flatMap(({ reportedCost }) => (reportedCost === undefined ? [] : [reportedCost]));
  if (costs.length < usages.length) return { tokens };
  return { tokens, reportedCost: costs.reduce((sum, cost) => sum + cost, 0n) };
}
