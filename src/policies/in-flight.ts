import type { FailureKind } from '../core/failure.ts';
import type { Outcome, Sight } from '../core/reply.ts';
import { estimatedOutput } from './estimate.ts';

/** How long an attempt was silent, and how long it spoke. Milliseconds. */
export interface Timing {
  /** Until the head of its answer came, or until now. */
  readonly silentMs: number;
  /** From then until something was heard of it for the last time. */
  readonly heardMs: number;
  /** Since then. */
  readonly sinceMs: number;
}

/** What models write in a second when nobody can see it: most are slower. */
const tokensPerSecond = 100;
/** How long a model may take to begin without having thought meanwhile. */
const beginningMs = 2_000;
/** What is under way at least when somebody leaves. */
const leastUnderWay = 128;
/** How long a provider works on before it notices that nobody listens. */
const noticingMs = 1_000;
/** What came within less is no measure of pace. */
const shortestMs = 250;

/**
 * How many tokens may have been written that nobody saw, of an answer that was broken off: before its head came, where models
 * think; and, if we were those who left, what was under way to us. Never a guess of less.
 */
export function unseenOutput(outcome: Outcome, sight: Sight | undefined, timing: Timing): number {
  if (outcome.kind === 'complete') return 0;
  const seen = estimatedOutput(sight);
  const darkMs = seen === 0 ? timing.silentMs : Math.max(0, timing.silentMs - beginningMs);
  const dark = Math.ceil((darkMs * tokensPerSecond) / 1000);
  return weLeft(outcome) ? dark + underWay(seen, timing) : dark;
}

function underWay(seen: number, { heardMs, sinceMs }: Timing): number {
  const perMs = seen / Math.max(heardMs, shortestMs);
  return Math.max(leastUnderWay, Math.ceil(perMs * (sinceMs + noticingMs)));
}

const ourDoing: ReadonlySet<FailureKind> = new Set<FailureKind>(['caller-gone', 'deadline-exceeded']);

/** The provider was working still when we, or our caller, gave the answer up. */
export function weLeft(outcome: Outcome): boolean {
  return outcome.kind === 'aborted' || (outcome.kind === 'failed' && ourDoing.has(outcome.failure.kind));
}
