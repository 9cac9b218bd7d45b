import type { Authenticated, Call, Policy, RateLimited, Received, Target, Targeted } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import { wouldRefuse } from '../core/limit.ts';
import { formatUsd, type Price } from '../core/money.ts';
import type { Clock } from '../core/ports.ts';
import type { Hold, Holds } from '../store/store.ts';
import { type HoldBound, holdBound, type Way } from './hold-bound.ts';
import type { Journaled } from './journal.ts';

export interface BudgetTools {
  readonly holds: Holds;
  readonly clock: Clock;
  /** How a call goes to its target. Pure and cheap. */
  readonly wayOf: (call: Call & Received & Targeted) => Way;
  /** By what price a target without one is held and charged; such a target is refused under a hard budget if absent. */
  readonly unknownPrice?: Price;
  /** A call is refused rather than left with less output than this. */
  readonly minOutputTokens?: number;
}

type Payable = Call & Authenticated & Journaled & Received & RateLimited & Targeted;

/**
 * Holds the money for each attempt in every budget that concerns it, or lets nobody be asked. What was held for the attempt before
 * it has become what that is charged by then. Where not all that the call asks for is free, its output limit is lowered to what
 * is. The hold ends with the attempt's entry.
 */
export function budget(tools: BudgetTools): Policy<Payable> {
  const priced = pricing(tools.unknownPrice);
  return (next) => (call) => {
    const target = priced(call.target);
    const way = tools.wayOf(call);
    const bound = boundOf(tools, call, { target, way });
    const hold = placed(tools.holds, { call, target, bound });
    const limit = bound.limitWithin(hold.amount);
    const output = limit === undefined ? bound.output : limit * call.envelope.choices;
    const { input, sent } = bound;
    call.journal.held({ holds: tools.holds, hold, input, output, calls: way.calls, sent });
    for (const { id, mode } of hold.unfitted) if (mode === 'observe') call.journal.flag(wouldRefuse(id));
    if (limit === undefined) return next(target === call.target ? call : { ...call, target });
    return next({ ...call, target, allowance: { maxOutputTokens: limit } });
  };
}

/** Targets are the same for thousands of calls, and so are those that get the ceiling for a price. */
function pricing(ceiling: Price | undefined): (target: Target) => Target {
  const known = new WeakMap<Target, Target>();
  return (target) => {
    if (target.price !== undefined || ceiling === undefined) return target;
    const found = known.get(target) ?? Object.freeze({ ...target, price: ceiling, isCeiling: true as const });
    known.set(target, found);
    return found;
  };
}

function boundOf(
  { clock, minOutputTokens }: BudgetTools,
  { envelope, allowance, deadlineAt }: Payable,
  { target: { price, limits }, way }: { readonly target: Target; readonly way: Way },
): HoldBound {
  return holdBound({
    envelope,
    price,
    limits,
    way,
    allowance: allowance?.maxOutputTokens,
    leastUseful: minOutputTokens,
    seconds: deadlineAt === undefined ? undefined : Math.max(0, deadlineAt - clock.monotonic()) / 1000,
  });
}

interface Placing {
  readonly call: Payable;
  readonly target: Target;
  readonly bound: HoldBound;
}

function placed(holds: Holds, { call, target, bound }: Placing): Hold {
  const entry = call.journal.planned(target, bound.sent);
  try {
    return holds.place({ entry, fit: bound.fit });
  } catch (thrown) {
    throw thrown instanceof Failure && thrown.kind === 'budget-exhausted'
      ? refusal(thrown, { call, target, bound })
      : thrown;
  }
}

/** No budget is at fault where nobody can say what the call would cost. */
function refusal(exhausted: Failure, { call, target, bound }: Placing): Failure {
  const name = `${target.provider}/${target.model}`;
  if (bound.missing === 'no-price') {
    const remedy = `Set one (trestle prices set), or unknown_price in the configuration, or ask for another model.`;
    return new Failure('price-unknown', `A hard budget applies, and nobody knows what ${name} costs. ${remedy}`, {
      param: 'model',
    });
  }
  if (bound.missing === 'no-time-limit') {
    const remedy = 'Send x-trestle-timeout-ms.';
    return new Failure(
      'price-unknown',
      `A hard budget applies, ${name} is paid by its time, and nothing limits that. ${remedy}`,
    );
  }
  if (bound.missing === 'unmeasured-input') {
    const [param = ''] = [...call.envelope.unmeasured, ...(call.envelope.enclosed?.documents ?? [])];
    const remedy = `Send what it stands for as text, or have the context_window of ${name} configured.`;
    return new Failure(
      'input-unmeasured',
      `A hard budget applies, and nobody can tell how much '${param}' is. ${remedy}`,
      {
        param,
      },
    );
  }
  const least = `With the shortest answer that is of use it may cost $${formatUsd(bound.shortest())}.`;
  return new Failure('budget-exhausted', `${exhausted.message} ${least}`, exhausted.details);
}
