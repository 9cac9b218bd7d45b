import type { Event, EventKind } from '../core/event.ts';
import type { Listed, Page } from './store.ts';

/** The outbox: what happened, kept for whoever wants to know. Append-only. */
export interface Events {
  append(events: readonly Event[]): Promise<void>;
  /** Newest first. */
  list(query: EventQuery): Promise<Listed<EventRecord>>;
}

export interface EventRecord extends Omit<Event, 'once'> {
  readonly id: string;
}

export interface EventQuery extends Page {
  readonly organisationId?: string;
  readonly kind?: EventKind;
  readonly subject?: string;
  /** Inclusive, epoch milliseconds. */
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
}
