import type { Received, Target } from '../core/call.ts';
import type { FailureKind } from '../core/failure.ts';
import { costOf } from '../core/money.ts';
import type { Outcome, Sight } from '../core/reply.ts';
import type { Usage } from '../core/usage.ts';
import type { Entry } from '../store/store.ts';
import { chargedUsage } from './charged-usage.ts';
import { estimatedInput, estimatedOutput } from './estimate.ts';
import { type Timing, unseenOutput, weLeft } from './in-flight.ts';

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
  /** How long the attempt took. */
  readonly durationMs: number;
  readonly timing: Timing;
  /** The most tokens that it was to write; undefined if nobody says. */
  readonly allowed: number | undefined;
  /** How many times the request was sent, each answer being one alternative; once if undefined. */
  readonly calls?: number | undefined;
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
export function chargeFor(attempt: Chargeable): Charge {
  const { request, target, sight, durationMs } = attempt;
  if (request === undefined || target === undefined) return nothingCharged;
  if (sight === undefined && !mayHaveWorked(attempt)) return nothingCharged;
  const flags: string[] = [];
  if (sight?.usageInvalid === true) flags.push('usage-invalid');
  const reported = isCutShort(attempt) ? undefined : believable(sight);
  if (reported === undefined) flags.push('usage-estimated');
  const { price } = target;
  const tiers = { askedTier: request.envelope.serviceTier, servedTier: sight?.servedTier };
  const usage = chargedUsage(reported ?? estimated(request, attempt), { price, durationMs, ...tiers });
  const basis = reported === undefined ? 'estimated' : 'reported';
  if (price === undefined) return { usage, basis, flags: [...flags, 'price-unknown'] };
  if (target.isCeiling === true) flags.push('price-ceiling');
  return { usage, basis, cost: costOf(usage, price), flags };
}

/** What the provider told of the input is kept: some tell it when they begin, and the output only at the end. */
function estimated(
  request: Received,
  { outcome, sight, timing, allowed = Infinity, calls = 1 }: Omit<Chargeable, 'request' | 'target'>,
): Usage {
  const { output: written = 0, reasoning = 0, audioOutput = 0, ...told } = sight?.usage?.tokens ?? {};
  const isTold = Object.values(told).some((count) => count > 0);
  const input = isTold ? told : { input: estimatedInput(request) * calls };
  const seen = Math.max(estimatedOutput(sight), written + reasoning + audioOutput);
  // What nobody saw stays within what was allowed; what was seen was written, allowed or not.
  const output = Math.max(seen, Math.min(seen + unseenOutput(outcome, sight, timing), allowed));
  return { tokens: { ...input, output } };
}

/** What was told by then need not have been the last word. */
function isCutShort({ outcome, sight }: Pick<Chargeable, 'outcome' | 'sight'>): boolean {
  return weLeft(outcome) && sight?.terminal !== true;
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
