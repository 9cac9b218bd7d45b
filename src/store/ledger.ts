import type { FailureKind } from '../core/failure.ts';
import type { Loss } from '../core/loss.ts';
import type { NanoUsd } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { DialectName } from '../core/payload.ts';
import type { UnitClass, Usage, UsageBasis } from '../core/usage.ts';
import type { Adjustment, BookedEntry, BookedQuery } from './adjustment.ts';
import type { Hold } from './holds.ts';
import type { ObservedQuery, ObservedRow } from './observed.ts';
import type { AuditRecord, Listed, Page } from './store.ts';

export interface Ledger {
  /**
   * Appends an attempt; resolves when it is durable. Entries become durable in the order in which they were appended. The
   * hold that was placed for the attempt ends in the same step: what it reserved is free at once, what the entry costs is spent.
   */
  append(entry: Entry, hold?: Hold): Promise<void>;
  /** The request records, a view of the entries. Newest first. */
  requests(query: RequestQuery): Promise<Listed<RequestRecord>>;
  /** One call with all its entries, the closing one last; undefined if there is no record of it, or `of` did not make it. */
  request(id: string, of?: RequestOwner): Promise<RequestStory | undefined>;
  /** All sums at once, in the order of time and then of names, what has no name first. */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
  /** The same in pages of at most 1,000 rows. */
  usagePage(query: UsageQuery, page: Page): Promise<Listed<UsageRow>>;
  /** Attempts in the order in which they began, with what they cost by the books of today. */
  booked(query: BookedQuery): Promise<readonly BookedEntry[]>;
  /**
   * Corrects what entries cost, without changing them; all or none. One whose number its entry has already is left alone, so
   * that the same correction is never made twice.
   */
  adjust(adjustments: readonly Adjustment[], audit?: AuditRecord): Promise<void>;
  /** What limits that only observe would have refused, by limit and key. */
  observed(query: ObservedQuery): Promise<readonly ObservedRow[]>;
}

/**
 * One attempt, or a refusal (`attempt: 0`) before there was any. Append-only. Exactly one entry of a call is `closing`: it
 * says how the call ended for the caller.
 */
export interface Entry {
  readonly requestId: string;
  readonly attempt: number;
  readonly closing: boolean;
  readonly keyId: string;
  readonly projectId: string;
  readonly organisationId: string;
  readonly dialect: DialectName;
  readonly operation: OperationName;
  readonly stream: boolean;
  /** As the caller wrote it. */
  readonly requestedModel: string;
  readonly provider?: string;
  readonly model?: string;
  /** Epoch milliseconds: when the call arrived (closing) or the attempt began. */
  readonly startedAt: number;
  /** Epoch milliseconds: when it ended. */
  readonly endedAt: number;
  readonly firstByteMs?: number;
  readonly latencyMs: number;
  /** At our door; 200 for a stream that began, 499 for a caller who left before a head. */
  readonly status: number;
  readonly outcome: 'complete' | 'failed' | 'aborted' | 'refused';
  readonly failure?: FailureKind;
  readonly upstreamStatus?: number;
  readonly upstreamRequestId?: string;
  /** When its hold was placed, and how much it was; absent if there was none. */
  readonly heldAt?: number;
  readonly held?: NanoUsd;
  /** How its hold ended. */
  readonly settlement?: Settlement;
  readonly usage: Usage;
  readonly basis: UsageBasis;
  /** What is charged, at most what was held. Absent if the price is unknown: never silently free. */
  readonly cost?: NanoUsd;
  /** What the provider's count makes it cost beyond what was held: spent, and told apart. */
  readonly overrun?: NanoUsd;
  /** Of the cost of an entry that is read: what corrected prices have added, or taken off, since it was appended. */
  readonly adjusted?: NanoUsd;
  readonly endUser?: string;
  readonly tags: readonly string[];
  readonly metadata?: string;
  readonly lost: readonly Loss[];
  /** `price-unknown`, `usage-estimated`, `usage-invalid` … */
  readonly flags: readonly string[];
}

/**
 * The truth was charged; nothing was, because the provider did no work; nobody came to tell how it ended, and the last checkpoint was
 * charged; the provider passed what it was allowed.
 */
export type Settlement = 'settled' | 'voided' | 'expired' | 'overrun';

/** A call, as its closing entry tells it, with cost, overrun and attempts over all its entries. */
export interface RequestRecord extends Omit<Entry, 'attempt' | 'closing'> {
  readonly attempts: number;
}

/** Which calls are wanted; what is absent does not matter. */
export interface RequestQuery extends Page {
  readonly organisationId?: string;
  readonly projectId?: string;
  readonly keyId?: string;
  readonly provider?: string;
  /** What answered, as its provider names it. */
  readonly model?: string;
  /** As the caller wrote it. */
  readonly requestedModel?: string;
  /** The first digit of the status at our door. */
  readonly statusClass?: number;
  readonly outcome?: Entry['outcome'];
  readonly failure?: FailureKind;
  readonly tag?: string;
  /** The end user that the caller named. */
  readonly endUser?: string;
  /** When the call arrived: inclusive, epoch milliseconds. */
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
}

/** Whose call it must be. */
export interface RequestOwner {
  readonly keyId: string;
}

export interface RequestStory {
  readonly record: RequestRecord;
  readonly entries: readonly Entry[];
}

export interface UsageQuery {
  /** Inclusive, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly groupBy: readonly UsageDimension[];
  /** Of this organisation alone. */
  readonly organisationId?: string;
  readonly bucket?: 'minute' | 'hour' | 'day';
}

/** A call with several tags counts under each of them; one without any, under none. */
export type UsageDimension = 'model' | 'provider' | 'key' | 'project' | 'operation' | 'user' | 'tag' | 'serviceTier';

export interface UsageRow {
  readonly bucketStart?: number;
  readonly group: { readonly [Dimension in UsageDimension]?: string };
  readonly requests: number;
  readonly failures: number;
  readonly tokens: { readonly [Class in keyof Usage['tokens']]-?: number };
  /** What is consumed beside tokens. */
  readonly units: { readonly [Class in UnitClass]: number };
  /** With every adjustment. */
  readonly cost: NanoUsd;
  /** What providers' counts make it cost beyond what was held; not in `cost`. */
  readonly overrun: NanoUsd;
  /** Of the cost, what corrected prices have added since, or taken off. */
  readonly adjusted: NanoUsd;
  /** What providers themselves said that they charge, where they did. */
  readonly reportedCost: NanoUsd;
  /** Calls whose price nobody knows; their cost is not in `cost`. */
  readonly unpriced: number;
}
