/**
 * What a call consumed, in classes that never overlap: a cached token is not counted as input again, a reasoning
 * token not as output again. A class that is absent was not reported; `0` was reported as none.
 */
export const usageClasses = [
  'input',
  'cachedInput',
  'cacheWrite',
  'audioInput',
  'output',
  'reasoning',
  'audioOutput',
] as const;

export type UsageClass = (typeof usageClasses)[number];

export interface Usage {
  /** Tokens per class. */
  readonly tokens: { readonly [Class in UsageClass]?: number };
  /** The provider's own figure for its charge, in nano-USD, where it gives one. Kept beside ours, never instead. */
  readonly reportedCost?: bigint;
}

/** How sure a charge is: the provider's own count, our count of what was seen, or nothing to charge. */
export type UsageBasis = 'reported' | 'estimated' | 'none';
