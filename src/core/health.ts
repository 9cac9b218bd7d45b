import type { FailureKind } from './failure.ts';

/**
 * `failing`: of the newest 20 attempts of the last five minutes that show something, more than half failed. `healthy`: half of them
 * or more succeeded. `unknown`: there is none. What shows something is an answer that came to its end, or a failure that is the
 * provider's own; a request that the vendor refuses or a caller who leaves says nothing of the provider.
 */
export type HealthState = 'healthy' | 'failing' | 'unknown';

/** What calls have shown since `ProviderHealth.since`. Nobody is asked for the sake of it. */
export interface Observed {
  readonly state: HealthState;
  /** Attempts that are over, whatever they showed. */
  readonly attempts: number;
  readonly successes: number;
  /** By kind; only those that are the provider's own. */
  readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
  /** Epoch milliseconds. */
  readonly lastSuccessAt?: number;
  readonly lastFailure?: { readonly kind: FailureKind; readonly at: number };
  /** From the begin of an attempt to the head of its answer, over those of the last five minutes that were answered with 200. */
  readonly firstByte?: FirstByte;
}

/** Milliseconds, within five per cent. */
export interface FirstByte {
  readonly p50: number;
  readonly p95: number;
  /** How many attempts these are of. */
  readonly count: number;
}

export interface ProviderHealth extends Observed {
  /** Epoch milliseconds: when it was asked first since the server started, or since it was changed over the API. */
  readonly since: number;
  /** By name. Those that were asked longest ago are forgotten if there are very many. */
  readonly models: readonly ModelHealth[];
}

export interface ModelHealth extends Observed {
  readonly model: string;
}
