import { type FailureKind, failures } from '../core/failure.ts';
import type { HealthState, Observed, ProviderHealth } from '../core/health.ts';
import type { Clock } from '../core/ports.ts';
import { type Latencies, latencies } from './latencies.ts';

/** What calls show of those who answer them. It outlives the house that is rebuilt when settings change. */
export interface Health {
  /** An attempt is over. `firstByteMs` is known if a good head came. */
  attempted(target: Asked, ending: AttemptEnding, firstByteMs?: number): void;
  /** Undefined if it was never asked anything. */
  of(provider: string): ProviderHealth | undefined;
  /** What was seen says nothing any more: the provider was changed. */
  forget(provider: string): void;
}

export interface Asked {
  readonly provider: string;
  readonly model: string;
}

export type AttemptEnding = 'complete' | FailureKind;

/** Callers name models, and must not fill the memory with them. */
const mostModels = 1_000;
const newest = 20;
const windowMs = 300_000;

export function openHealth(clock: Pick<Clock, 'now' | 'monotonic'>): Health {
  const providers = new Map<string, ProviderPulse>();
  let models = 0;
  const pulseOf = (name: string): ProviderPulse => {
    const known = providers.get(name);
    if (known !== undefined) return known;
    const fresh = { pulse: new Pulse(), models: new Map<string, Pulse>(), since: clock.now() };
    providers.set(name, fresh);
    return fresh;
  };
  const modelOf = (provider: ProviderPulse, name: string): Pulse => {
    const known = provider.models.get(name);
    if (known !== undefined) return known;
    if (models >= mostModels) forgetOldest(providers.values());
    else models += 1;
    const fresh = new Pulse();
    provider.models.set(name, fresh);
    return fresh;
  };

  return Object.freeze({
    attempted(target: Asked, ending: AttemptEnding, firstByteMs?: number) {
      const provider = pulseOf(target.provider);
      const told: Told = { ending, firstByteMs, at: clock.now(), monotonic: clock.monotonic() };
      provider.pulse.add(told);
      modelOf(provider, target.model).add(told);
    },
    of(name: string) {
      const found = providers.get(name);
      if (found === undefined) return undefined;
      const at = clock.monotonic();
      const own = [...found.models].map(([model, pulse]) => ({ model, ...pulse.observed(at) }));
      const byName = own.toSorted((a, b) => (a.model < b.model ? -1 : 1));
      return { ...found.pulse.observed(at), since: found.since, models: byName };
    },
    forget(name: string) {
      models -= providers.get(name)?.models.size ?? 0;
      providers.delete(name);
    },
  });
}

interface ProviderPulse {
  readonly pulse: Pulse;
  readonly models: Map<string, Pulse>;
  readonly since: number;
}

interface Told {
  readonly ending: AttemptEnding;
  readonly firstByteMs: number | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly monotonic: number;
}

function forgetOldest(providers: Iterable<ProviderPulse>): void {
  let oldest: { readonly models: Map<string, Pulse>; readonly name: string; readonly at: number } | undefined;
  for (const { models } of providers)
    for (const [name, { lastAt: at }] of models)
      if (oldest === undefined || at < oldest.at) oldest = { models, name, at };
  oldest?.models.delete(oldest.name);
}

/** Something that is asked, as its last answers show it. */
class Pulse {
  /** On the clock that never runs backwards. */
  lastAt = 0;
  #attempts = 0;
  #successes = 0;
  readonly #failures = new Map<FailureKind, number>();
  #lastSuccessAt: number | undefined;
  #lastFailure: { readonly kind: FailureKind; readonly at: number } | undefined;
  /** The newest verdicts: when each was given, and 1 for a failure. */
  readonly #judgedAt = new Float64Array(newest);
  readonly #failed = new Uint8Array(newest);
  #judged = 0;
  #latencies: Latencies | undefined;

  add({ ending, firstByteMs, at, monotonic }: Told): void {
    this.lastAt = monotonic;
    this.#attempts += 1;
    if (firstByteMs !== undefined) {
      this.#latencies ??= latencies();
      this.#latencies.add(firstByteMs, monotonic);
    }
    if (ending === 'complete') {
      this.#successes += 1;
      this.#lastSuccessAt = at;
      this.#judge(monotonic, 0);
    } else if (failures[ending].fault === 'provider') {
      this.#failures.set(ending, (this.#failures.get(ending) ?? 0) + 1);
      this.#lastFailure = { kind: ending, at };
      this.#judge(monotonic, 1);
    }
  }

  observed(at: number): Observed {
    const firstByte = this.#latencies?.summary(at);
    return {
      state: this.#state(at),
      attempts: this.#attempts,
      successes: this.#successes,
      failures: Object.fromEntries(this.#failures),
      ...(this.#lastSuccessAt === undefined ? {} : { lastSuccessAt: this.#lastSuccessAt }),
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
      ...(firstByte === undefined ? {} : { firstByte }),
    };
  }

  #judge(at: number, failed: 0 | 1): void {
    const place = this.#judged % newest;
    this.#judgedAt[place] = at;
    this.#failed[place] = failed;
    this.#judged += 1;
  }

  #state(at: number): HealthState {
    const isCounting = (_: number, place: number): boolean =>
      place < this.#judged && (this.#judgedAt[place] ?? 0) > at - windowMs;
    const verdicts = this.#failed.filter(isCounting);
    if (verdicts.length === 0) return 'unknown';
    const failed = verdicts.reduce((sum, one) => sum + one, 0);
    return failed * 2 > verdicts.length ? 'failing' : 'healthy';
  }
}
