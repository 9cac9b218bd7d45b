import type { Raw } from '../core/carried.ts';
import type { ChatEvent } from '../core/chat.ts';
import type { Failure } from '../core/failure.ts';

/** What one frame says in several events: each but the last says that there is more of it. */
export function inOneFrame(events: readonly ChatEvent[]): readonly ChatEvent[] {
  if (events.length < 2) return events;
  return events.map((event, index) => (index < events.length - 1 ? { ...event, more: true } : event));
}

/** The provider's own words are kept beside the failure, but for those about our account, which are no caller's business. */
export function errorEvent(failure: Failure, raw: Raw): ChatEvent {
  const isOurs = failure.kind === 'provider-credential-refused' || failure.kind === 'provider-quota-exhausted';
  return isOurs ? { type: 'error', failure } : { type: 'error', failure, raw };
}
