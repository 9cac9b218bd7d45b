import type { Authenticated, Call, Plan, Policy, Received, Routed } from '../core/call.ts';
import type { OperationName } from '../core/operation.ts';
import type { Clock } from '../core/ports.ts';

/** Where models are found: the catalogue, as this policy needs it. */
export interface Routes {
  /** Throws `model-unknown`, `model-ambiguous`, `model-forbidden` or `operation-unsupported`. Pure and cheap. */
  plan(question: PlanQuestion): Plan;
}

export interface PlanQuestion {
  /** As the caller wrote it: an alias, `provider/model`, or a bare name. */
  readonly model: string;
  readonly operation: OperationName;
  /** What the caller's key may use; absent means all. */
  readonly allowed?: readonly string[];
  /** Epoch milliseconds: which prices are in force. */
  readonly at: number;
}

/** Turns the model's name into targets with prices. An unknown or forbidden model costs nothing. */
export function route({
  routes,
  clock,
}: {
  readonly routes: Routes;
  readonly clock: Clock;
}): Policy<Call & Authenticated & Received, Routed> {
  return (next) => (call) => {
    const { models } = call.principal;
    const plan = routes.plan({
      model: call.envelope.model,
      operation: call.operation,
      at: clock.now(),
      ...(models === undefined ? {} : { allowed: models }),
    });
    return next({ ...call, plan });
  };
}
