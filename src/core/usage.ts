/**
 * What a call consumed, in classes that never overlap: a cached token is not counted as input again, a reasoning
 * token not as output again. A class that is absent was not reported; `0` was reported as none. Each with the name under
 * which configuration, management and the store know it.
 */
export const usageClassNames = {
  input: 'input',
  cachedInput: 'cached_input',
  /** Written to a cache for its usual time, minutes. */
  cacheWrite: 'cache_write',
  /** Written to a cache for an hour, which costs more. */
  cacheWriteHour: 'cache_write_1h',
  audioInput: 'audio_input',
  output: 'output',
  reasoning: 'reasoning',
  audioOutput: 'audio_output',
} as const;

export type UsageClass = keyof typeof usageClassNames;
export type UsageClassName = (typeof usageClassNames)[UsageClass];

/** Every class, in the order in which they are told. */
export const usageClasses = Object.keys(usageClassNames) as readonly UsageClass[];

/** Something of each class, by the names outside. Undefined where `of` has nothing. */
export function byClassName<T>(of: (name: UsageClass) => T): { readonly [Name in UsageClassName]: T } {
  const named = usageClasses.map((name) => [usageClassNames[name], of(name)]);
  return Object.fromEntries(named);
}

/** The other way round: something of each class, out of what has it by the names outside. */
export function byClass<T>(found: { readonly [Name in UsageClassName]: T }): { readonly [Class in UsageClass]: T } {
  const named = usageClasses.map((name) => [name, found[usageClassNames[name]]]);
  // A member for each class, whose type the argument has checked.
  return Object.fromEntries(named) as { readonly [Class in UsageClass]: T };
}

/**
 * What is counted beside tokens, each with the name under which configuration, management and the store know it. Seconds may
 * have fractions, down to the millisecond.
 */
export const unitClassNames = {
  images: 'image',
  audioSeconds: 'audio_second',
  videoSeconds: 'video_second',
  characters: 'character',
  /** How long the attempt took, where its price is by time: one's own machines. Measured here, never reported. */
  computeSeconds: 'compute_second',
} as const;

export type UnitClass = keyof typeof unitClassNames;
export type UnitClassName = (typeof unitClassNames)[UnitClass];

/** Every class of units, in the order in which they are told. */
export const unitClasses = Object.keys(unitClassNames) as readonly UnitClass[];

/** Into how many parts one of a class is counted: seconds by the millisecond. */
export const partsOfUnit: { readonly [Class in UnitClass]: number } = {
  images: 1,
  audioSeconds: 1000,
  videoSeconds: 1000,
  characters: 1,
  computeSeconds: 1000,
};

/** Something of each class of units, by the names outside. Undefined where `of` has nothing. */
export function byUnitName<T>(of: (name: UnitClass) => T): { readonly [Name in UnitClassName]: T } {
  const named = unitClasses.map((name) => [unitClassNames[name], of(name)]);
  return Object.fromEntries(named);
}

/** Something of each class of units. */
export function byUnit<T>(of: (name: UnitClass) => T): { readonly [Class in UnitClass]: T } {
  const named = unitClasses.map((name) => [name, of(name)]);
  // A member for each class, for that is what was gone through.
  return Object.fromEntries(named) as { readonly [Class in UnitClass]: T };
}

/** The whole number of parts that a count of units has; a part that was begun counts. */
export function partsIn(name: UnitClass, count: number): number {
  // A count that was a whole number of parts before it became a fraction must not gain one by it.
  return Math.ceil(count * partsOfUnit[name] - 1e-6);
}

export type Units = { readonly [Class in UnitClass]?: number };

export interface Usage {
  /** Tokens per class. */
  readonly tokens: { readonly [Class in UsageClass]?: number };
  /** What is not counted in tokens; absent if there is none of it. */
  readonly units?: Units;
  /** The tier of service that it was charged at: `flex`, `priority`, `batch` …; absent for the usual one. */
  readonly serviceTier?: string;
  /** The provider's own figure for its charge, in nano-USD, where it gives one. Kept beside ours, never instead. */
  readonly reportedCost?: bigint;
}

/** The tier that a vendor's word means; undefined for the usual one, for none, and for a choice left to the vendor (`auto`). */
export function serviceTier(said: unknown): string | undefined {
  if (typeof said !== 'string' || !/^[a-z][a-z0-9_-]{0,31}$/i.test(said)) return undefined;
  const tier = said.toLowerCase();
  return usualTiers.has(tier) || tier === 'auto' ? undefined : tier;
}

/** What vendors call the tier that is nothing special. */
const usualTiers: ReadonlySet<string> = new Set(['default', 'standard', 'standard_only', 'on_demand']);

/** Whether a request's word for a tier asks for the usual one and no other. */
export function asksUsualTier(said: string): boolean {
  return usualTiers.has(said.toLowerCase());
}

/** How sure a charge is: the provider's own count, our count of what was seen, or nothing to charge. */
export type UsageBasis = 'reported' | 'estimated' | 'none';
