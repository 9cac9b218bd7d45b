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

export interface Usage {
  /** Tokens per class. */
  readonly tokens: { readonly [Class in UsageClass]?: number };
  /** The provider's own figure for its charge, in nano-USD, where it gives one. Kept beside ours, never instead. */
  readonly reportedCost?: bigint;
}

/** How sure a charge is: the provider's own count, our count of what was seen, or nothing to charge. */
export type UsageBasis = 'reported' | 'estimated' | 'none';
