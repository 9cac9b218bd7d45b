import { z } from 'zod';
import {
  byClassName,
  byUnitName,
  type UnitClass,
  type Units,
  type Usage,
  type UsageClass,
  usageClasses,
} from '../core/usage.ts';

/** Tokens per class as a usage record has them: null is a class that was not reported. */
export const reportedTokens = z.object({ ...byClassName(() => z.int().nullable()), total: z.int() });

/** Tokens per class as a total has them. */
export const totalTokens = z.object({ ...byClassName(() => z.int()), total: z.int() });

/** The classes never overlap, so that the total is their sum. */
export function spellReported(tokens: Usage['tokens']): z.input<typeof reportedTokens> {
  return { ...byClassName((name) => tokens[name] ?? null), total: sum(tokens) };
}

export function spellTotal(tokens: { readonly [Class in UsageClass]: number }): z.input<typeof totalTokens> {
  return { ...byClassName((name) => tokens[name]), total: sum(tokens) };
}

function sum(tokens: Usage['tokens']): number {
  return usageClasses.reduce((total, name) => total + (tokens[name] ?? 0), 0);
}

/** What is counted beside tokens; seconds may have fractions. */
export const reportedUnits = z.object(byUnitName(() => z.number().optional()));
export const totalUnits = z.object(byUnitName(() => z.number()));

/** Those that were told of. */
export function spellUnits(units: Units = {}): z.input<typeof reportedUnits> {
  const told = Object.entries(byUnitName((name) => units[name])).filter(([, count]) => count !== undefined);
  return Object.fromEntries(told);
}

export function spellTotalUnits(units: { readonly [Class in UnitClass]: number }): z.input<typeof totalUnits> {
  return byUnitName((name) => units[name]);
}
