import type { Call, Metered, Policy, Targeted } from '../core/call.ts';
import { Failure, isUnpaid } from '../core/failure.ts';
import { type Clock, type Ids, sleep } from '../core/ports.ts';
import type { Reply } from '../core/reply.ts';
import { type RetryBudget, type RetryCause, retryBudget } from './retry-budget.ts';

export interface RetryOptions {
  /** Attempts at one target, the first included. */
  readonly attempts: number;
  /** The longest wait between two attempts, in milliseconds; a provider that asks for more is not asked again. */
  readonly maxDelayMs: number;
}

/** First waits, in milliseconds, as AWS's SDKs take them since 2026: a throttled provider needs longer than a stumbling one. */
const firstDelayMs = { transient: 50, throttled: 1000 } as const satisfies Record<RetryCause, number>;

/**
 * Asks the same target again where that may help, and only before the first chunk. Each target has a budget for retries,
 * spent by them and refilled by success, so that an outage is not answered with a storm.
 */
export function retry(
  tools: { readonly clock: Clock; readonly ids: Ids },
  options: RetryOptions,
): Policy<Call & Metered & Targeted> {
  const budgets = new Map<string, RetryBudget>();
  const budgetOf = (name: string): RetryBudget => {
    const known = budgets.get(name);
    if (known !== undefined) return known;
    const fresh = retryBudget();
    budgets.set(name, fresh);
    return fresh;
  };
  return (next) => async (call) => {
    const budget = budgetOf(call.target.provider);
    let before: unknown;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const reply: Reply = await next(call);
        budget.succeeded();
        return reply;
      } catch (thrown) {
        if (before !== undefined && isUnpaid(thrown)) throw unaffordable(call, before);
        before = thrown;
        const delayMs = attempt < options.attempts ? delayBefore(thrown, attempt, tools.ids) : undefined;
        if (delayMs === undefined || delayMs > options.maxDelayMs || call.signal.aborted) throw thrown;
        if (!budget.take(causeOf(thrown))) throw thrown;
        await sleep(tools.clock, delayMs, call.signal);
      }
    }
  };
}

/** What the caller is told is what went wrong first: that there is no money for another attempt is only in the record. */
export function unaffordable({ journal }: Metered, failure: unknown): unknown {
  journal.flag('retry-unaffordable');
  return failure;
}

/** How long to wait before the next attempt: what the provider asks for, else full jitter over a doubling span. */
function delayBefore(thrown: unknown, attempt: number, ids: Ids): number | undefined {
  if (!(thrown instanceof Failure) || thrown.traits.retry !== 'same-target') return undefined;
  if (thrown.details.retryAfterMs !== undefined) return thrown.details.retryAfterMs;
  const span = firstDelayMs[causeOf(thrown)] * 2 ** (attempt - 1);
  return ids.chance() * span;
}

function causeOf(thrown: unknown): RetryCause {
  return thrown instanceof Failure && thrown.status === 429 ? 'throttled' : 'transient';
}
