import type { JsonObject } from './json.ts';

/** What somebody may want to be told of, by noun and what became of it. */
export const eventKinds = [
  /** A share of a budget's limit is spent; told once for each share and window. */
  'budget.threshold',
  /** A hard budget did not pay for a call, with what is spent and what is held; told once for each window. */
  'budget.exhausted',
  /** A soft budget has been passed, which refuses nobody; told once for each window. */
  'budget.exceeded',
  /** A provider counted more than it was allowed to. */
  'budget.overrun',
  /** A key spends far more in an hour than it usually does. */
  'spend.anomaly',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** Something that happened, to be written together with what it tells of. */
export interface Event {
  /** The same thing has the same name, and is told once. */
  readonly once: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: EventKind;
  /** The id of what it is about: an organisation, a project or a key. */
  readonly subject: string;
  readonly organisationId: string;
  /** Money as decimal strings in USD, as management answers it. Holds no secret. */
  readonly body: JsonObject;
}
