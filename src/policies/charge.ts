import type { Received, Target } from '../core/call.ts';
import type { FailureKind } from '../core/failure.ts';
import { costOf } from '../core/money.ts';
import type { Outcome, Sight } from '../core/reply.ts';
import type { Usage } from '../core/usage.ts';
import type { Entry } from '../store/store.ts';
import { estimatedInput, estimatedOutput } from './estimate.ts';

/** What an attempt consumed and what it costs. */
export type Charge = Pick<Entry, 'usage' | 'basis' | 'cost' | 'flags'>;

export const nothingCharged: Charge = { usage: { tokens: {} }, basis: 'none', cost: 0n, flags: [] };

export interface Chargeable {
  readonly request: Received | undefined;
  readonly target: Target | undefined;
  readonly outcome: Outcome;
  /** The status of the provider's head; absent if none came. */
  readonly status: number | undefined;
  /** What was seen of the answer, forwarded or not; absent if nothing was. */
  readonly sight: Sight | undefined;
}

/** Endings before an answer's head after which the provider may have worked all the same. */
const silentEndings: readonly FailureKind[] = ['caller-gone', 'deadline-exceeded', 'provider-timeout'];
const silent: ReadonlySet<FailureKind> = new Set(silentEndings);
/** Endings after a good head: all but those that the provider told of in place of an answer. */
const brokenOff: ReadonlySet<FailureKind> = new Set<FailureKind>([
  ...silentEndings,
  'provider-garbled',
  'gateway-broken',
  'gateway-storage-failed',
]);

/**
 * Charges the provider's own count where there is one; else what was produced, by our count, and never zero unless the
 * provider provably did no work: an error status, or a connection that broke before any answer.
 */
export function chargeFor({ request, target, sight, ...ending }: Chargeable): Charge {
  if (request === undefined || target === undefined) return nothingCharged;
  if (sight === undefined && !mayHaveWorked(ending)) return nothingCharged;
  const flags: string[] = [];
  if (sight?.usageInvalid === true) flags.push('usage-invalid');
  const reported = believable(sight);
  if (reported === undefined) flags.push('usage-estimated');
  const usage = reported ?? estimated(request, sight);
  const basis = reported === undefined ? 'estimated' : 'reported';
  if (target.price === undefined) return { usage, basis, flags: [...flags, 'price-unknown'] };
  return { usage, basis, cost: costOf(usage, target.price), flags };
}

/** What the provider told of the input is kept: some tell it when they begin, and the output only at the end. */
function estimated(request: Received, sight: Sight | undefined): Usage {
  const { output: _, reasoning: __, audioOutput: ___, ...told } = sight?.usage?.tokens ?? {};
  const isTold = Object.values(told).some((count) => count > 0);
  const input = isTold ? told : { input: estimatedInput(request) };
  return { tokens: { ...input, output: estimatedOutput(sight) } };
}

function mayHaveWorked({ outcome, status }: Pick<Chargeable, 'outcome' | 'status'>): boolean {
  if (status !== undefined && status !== 200) return false;
  if (outcome.kind !== 'failed') return outcome.kind === 'aborted';
  return (status === 200 ? brokenOff : silent).has(outcome.failure.kind);
}

/** Usage that says zero is only believed of an answer that has no output. */
function believable(sight: Sight | undefined): Usage | undefined {
  if (sight?.usage === undefined) return undefined;
  const { output, reasoning, audioOutput } = sight.usage.tokens;
  const none = [output, reasoning, audioOutput].every((count) => count === undefined || count === 0);
  return none && sight.producedBytes > 0 ? undefined : sight.usage;
}
