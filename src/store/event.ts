import type { Event, EventKind } from '../core/event.ts';
import type { Listed, Page } from './store.ts';

/** The outbox: what happened, kept for whoever wants to know. What stands in it is never changed. */
export interface Events {
  append(events: readonly Event[]): Promise<void>;
  /** Newest first. */
  list(query: EventQuery): Promise<Listed<EventRecord>>;
  /**
   * Takes the oldest out that happened before a moment, a few at once, and answers how many. Of a budget without end they stay: that
   * they are there keeps them from being told again. The newest of all stays too, so that no id is given twice.
   */
  remove(old: OldEvents): Promise<number>;
}

export interface OldEvents {
  /** Exclusive, epoch milliseconds. */
  readonly before: number;
  /** No more than so many. */
  readonly most: number;
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
