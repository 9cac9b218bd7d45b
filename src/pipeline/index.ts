import type { Call, Handler } from '../core/call.ts';
import type { Ids } from '../core/ports.ts';
import { type AuthenticationTools, authenticate } from '../policies/authenticate.ts';
import { type BudgetTools, budget } from '../policies/budget.ts';
import { fallback } from '../policies/fallback.ts';
import { type MeterTools, meter } from '../policies/meter.ts';
import { type RateLimitTools, rateLimit } from '../policies/rate-limit.ts';
import { receive } from '../policies/receive.ts';
import { type RetryOptions, retry } from '../policies/retry.ts';
import { type Routes, route } from '../policies/route.ts';
import { trace } from '../policies/trace.ts';
import { type DispatchTools, dispatch } from './dispatch.ts';
import { pipeline } from './pipeline.ts';
import { spell } from './spell.ts';
import { waysTo } from './way.ts';

export interface PipelineTools
  extends AuthenticationTools,
    MeterTools,
    RateLimitTools,
    Omit<BudgetTools, 'wayOf'>,
    DispatchTools {
  readonly ids: Ids;
  readonly routes: Routes;
  readonly retry: RetryOptions;
}

/** The way of every call, from whatever door. This is the only place that knows the order. */
export function callPipeline(tools: PipelineTools): Handler<Call> {
  return pipeline()
    .through(trace(tools))
    .through(authenticate(tools))
    .through(meter(tools))
    .through(receive())
    .through(spell(tools.dialects))
    .through(route(tools))
    .through(rateLimit(tools))
    .through(fallback())
    .through(retry(tools, tools.retry))
    .through(budget({ ...tools, wayOf: waysTo(tools.providers) }))
    .to(dispatch(tools));
}
