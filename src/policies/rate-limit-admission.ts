import type { Allowance, Consumed, Metered, Plan } from '../core/call.ts';
import { wouldRefuse } from '../core/limit.ts';
import type { Clock } from '../core/ports.ts';
import type { TellStanding } from '../core/standing.ts';
import { type Claim, concerned, type Limitable, type SlotsClaim, type WindowClaim } from './rate-limit-claims.ts';
import { requests, tokens } from './rate-limit-quantities.ts';
import { type Lack, refusalFor } from './rate-limit-refusal.ts';
import { isTold, standingOf } from './rate-limit-standing.ts';
import type { Lease } from './slots.ts';
import { fitted, type TokenFit, type TokenWish, tokenWish } from './token-reserve.ts';

/** A call that was let in, with what was taken for it. */
export interface Admission {
  /** What limits leave of its output; absent if it is as it asks. */
  readonly allowance?: Allowance;
  /** Without the targets whose limits are reached; absent if all are left. */
  readonly plan?: Plan;
  readonly standing?: TellStanding;
  /** It ended: its slots are free. Twice is once. */
  release(): void;
  /** It is known what it consumed: what was taken becomes that. */
  settle(consumed: readonly Consumed[]): void;
}

/** How long after its deadline a call that never came back gives its slots away. */
const graceMs = 10_000;
/** A call without a deadline of its own. */
const longestCallMs = 86_400_000;

/** Counts a call in all that limits it, at once, or throws `rate-limited` and counts it in nothing. */
export function admit(claims: readonly Claim[], call: Limitable & Metered, clock: Clock): Admission {
  const now = clock.monotonic();
  const asking: Asking = { now, wish: once(() => tokenWish(call)) };
  const judged = claims.map((claim) => ({ claim, verdict: judge(claim, asking) }));
  const tell: TellStanding = () => standingOf(claims, { now: clock.monotonic(), wall: clock.now() });
  const standing = claims.some(isTold) ? { standing: tell } : {};
  const plan = openPlan(judged, call.plan, standing.standing);
  const observed = new Set(
    judged.flatMap(({ claim: { bar }, verdict }) => (isLack(verdict) && !bar.isHard ? [bar.rule.id] : [])),
  );
  for (const id of observed) call.journal.flag(wouldRefuse(id));
  const counted = judged.filter(
    (each): each is Fitting =>
      !isLack(each.verdict) &&
      !observed.has(each.claim.bar.rule.id) &&
      (each.claim.target === undefined || plan.targets.includes(each.claim.target)),
  );
  const allowance = allowanceOf(counted, asking);
  const until = (call.deadlineAt ?? now + longestCallMs) + graceMs;
  return {
    ...(allowance === undefined ? {} : { allowance }),
    ...(plan === call.plan ? {} : { plan }),
    ...standing,
    ...taken(counted, { ...asking, until, allowance, clock }),
  };
}

interface Asking {
  readonly now: number;
  readonly wish: () => TokenWish | undefined;
}

type Verdict = Lack | Fit;

interface Judged {
  readonly claim: Claim;
  readonly verdict: Verdict;
}

interface Fitting extends Judged {
  readonly verdict: Fit;
}

/** How much a claim takes; of tokens, how. */
interface Fit {
  readonly amount: number;
  readonly tokens?: TokenFit;
}

function isLack(verdict: Verdict): verdict is Lack {
  return 'claim' in verdict;
}

function judge(claim: Claim, asking: Asking): Verdict {
  if (claim.kind === 'slots') {
    const { limit } = claim.bar;
    if (claim.counter.open(asking.now) < limit) return one;
    return { claim, waitMs: limit === 0 ? undefined : claim.counter.freeIn(asking.now, limit) };
  }
  const { quantity } = claim.bar.measure;
  if (quantity === tokens) return judgeTokens(claim, asking);
  // Of what nobody can ask for yet nothing is reserved; what was consumed of it counts all the same.
  if (quantity !== requests) return nothing;
  const waitMs = claim.counter.freeIn(asking.now, { limit: claim.bar.limit, amount: 1 });
  return waitMs === 0 ? one : { claim, waitMs };
}

const one: Fit = { amount: 1 };
const nothing: Fit = { amount: 0 };

function judgeTokens(claim: WindowClaim, { now, wish }: Asking): Verdict {
  const wanted = wish();
  if (wanted === undefined) return nothing;
  const { counter, bar } = claim;
  const fit = fitted(wanted, { limit: bar.limit, taken: counter.taken(now) });
  if (fit === 'never') return { claim, waitMs: undefined };
  if (fit === 'idle') return { claim, waitMs: counter.emptyIn(now) };
  if ('amount' in fit) return { claim, waitMs: counter.freeIn(now, { limit: bar.limit, amount: fit.amount }) };
  return { amount: wanted.most(bar.limit), tokens: fit };
}

/** The targets that no limit of a model's own stands in the way of. Throws if there is none, or if another limit does. */
function openPlan(judged: readonly Judged[], plan: Plan, standing: TellStanding | undefined): Plan {
  const lacks = judged.flatMap(({ claim, verdict }) => (claim.bar.isHard && isLack(verdict) ? [verdict] : []));
  if (lacks.length === 0) return plan;
  const [common, ...others] = lacks.filter(({ claim }) => claim.target === undefined);
  if (common !== undefined) throw refusalFor([common, ...others], standing);
  const shut = new Set(lacks.map(({ claim }) => claim.target));
  const [first, ...rest] = plan.targets.filter((target) => !shut.has(target));
  if (first !== undefined) return { targets: [first, ...rest] };
  // Whichever is free soonest will do.
  const waits = plan.targets.map((target) => lacks.filter(({ claim }) => claim.target === target));
  const [soonest = lacks] = waits.toSorted((a, b) => longest(a) - longest(b));
  const [lack, ...more] = soonest;
  if (lack === undefined) return plan;
  throw refusalFor([lack, ...more], standing);
}

function longest(lacks: readonly Lack[]): number {
  return Math.max(...lacks.map(({ waitMs }) => waitMs ?? Number.POSITIVE_INFINITY));
}

/** The tightest limit of tokens says how much may be written. */
function allowanceOf(counted: readonly Fitting[], { wish }: Asking): Allowance | undefined {
  let least: number | undefined;
  for (const { claim, verdict } of counted) {
    const output = claim.bar.isHard ? verdict.tokens?.output : undefined;
    if (output !== undefined && (least === undefined || output < least)) least = output;
  }
  if (least === undefined) return undefined;
  const { asked, written } = wish() ?? {};
  return least < (asked ?? written ?? Number.POSITIVE_INFINITY) ? { maxOutputTokens: least } : undefined;
}

interface Taking extends Asking {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly until: number;
  readonly allowance: Allowance | undefined;
}

/** Takes it all: nothing in here can fail. */
function taken(counted: readonly Fitting[], taking: Taking): Pick<Admission, 'release' | 'settle'> {
  const leases: [SlotsClaim, Lease][] = [];
  const windows: Taken[] = [];
  for (const { claim, verdict } of counted) {
    if (claim.kind === 'slots') leases.push([claim, claim.counter.take(taking.now, taking.until)]);
    else {
      const amount = amountOf(claim, verdict, taking);
      windows.push({ claim, amount, number: claim.counter.take(taking.now, amount) });
    }
  }
  return {
    release() {
      if (leases.length === 0) return;
      const now = taking.clock.monotonic();
      for (const [{ counter }, lease] of leases.splice(0)) counter.giveBack(lease, now);
    },
    settle(consumed) {
      for (const { claim, amount, number } of windows.splice(0)) {
        const truth = claim.bar.measure.quantity.truth(concerned(claim, consumed));
        if (truth !== amount) claim.counter.change(number, truth - amount);
      }
    },
  };
}

interface Taken {
  readonly claim: WindowClaim;
  readonly amount: number;
  readonly number: number;
}

function amountOf({ bar }: WindowClaim, { amount, tokens: fit }: Fit, { wish, allowance }: Taking): number {
  if (fit === undefined) return amount;
  if (fit.whole) return bar.limit;
  const { choices = 0 } = wish() ?? {};
  return amount + Math.min(fit.output ?? 0, allowance?.maxOutputTokens ?? Number.POSITIVE_INFINITY) * choices;
}

function once<T>(make: () => T): () => T {
  let made: { readonly of: T } | undefined;
  return () => {
    made ??= { of: make() };
    return made.of;
  };
}
