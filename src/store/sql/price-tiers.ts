import type { PriceTier } from '../../core/money.ts';
import { type UsageClass, usageClasses } from '../../core/usage.ts';

/** One tier as it is written: amounts are digits, for JSON has no integers of their size. */
type Written = { readonly [Class in UsageClass]?: string } & { readonly above: number };

/** Spells tiers as JSON; null if there are none. */
export function writtenTiers(tiers: readonly PriceTier[] | undefined): string | null {
  if (tiers === undefined) return null;
  return JSON.stringify(
    tiers.map(({ above, perToken }) => {
      const amounts = usageClasses.map((name) => [name, perToken[name]?.toString()]);
      return { above, ...Object.fromEntries(amounts.filter(([, amount]) => amount !== undefined)) };
    }),
  );
}

/** Reads what `writtenTiers` wrote. */
export function readTiers(text: string | null): readonly PriceTier[] | null {
  if (text === null) return null;
  const written: readonly Written[] = JSON.parse(text);
  return written.map(({ above, ...amounts }) => {
    const perToken = Object.entries(amounts).map(([name, amount]) => [name, BigInt(amount)]);
    return { above, perToken: Object.fromEntries(perToken) };
  });
}
