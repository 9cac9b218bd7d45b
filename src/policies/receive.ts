import type { Authenticated, Call, Metered, Policy, Received } from '../core/call.ts';

/** Reads the request once its sender is known and on record: a stranger's body is never read, a malformed one is a record. */
export function receive(): Policy<Call & Authenticated & Metered, Received> {
  return (next) => async (call) => {
    const request = await call.read();
    call.journal.received(request);
    return await next({ ...call, ...request });
  };
}
