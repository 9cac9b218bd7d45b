import type { Role } from '../core/call.ts';
import type { FailureKind } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import type { Loss } from '../core/loss.ts';
import type { NanoUsd, Price } from '../core/money.ts';
import type { OperationName } from '../core/operation.ts';
import type { DialectName } from '../core/payload.ts';
import type { Usage, UsageBasis } from '../core/usage.ts';

/**
 * Everything we remember, in the words of those who ask. Each verb is atomic; no connection leaves the room; no verb
 * reads a clock or makes an id. A verb that cannot be done throws `Failure('gateway-storage-failed')`. A verb that is given an
 * `AuditRecord` writes it in the same commit: there is no change without its record, and no record without its change.
 */
export interface Store {
  readonly tenants: Tenants;
  readonly keys: Keys;
  readonly ledger: Ledger;
  readonly prices: Prices;
  readonly settings: Settings;
  readonly audit: Audit;
  /** Writes what is pending and lets the data directory go. */
  close(): Promise<void>;
}

export interface Tenants {
  organisations(): Promise<readonly Organisation[]>;
  createOrganisation(organisation: Organisation, audit?: AuditRecord): Promise<void>;
  /** Puts it in the place of the one with its id. */
  updateOrganisation(organisation: Organisation, audit?: AuditRecord): Promise<void>;
  projects(): Promise<readonly Project[]>;
  createProject(project: Project, audit?: AuditRecord): Promise<void>;
  updateProject(project: Project, audit?: AuditRecord): Promise<void>;
}

export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Nothing new is made in it from then on. */
  readonly archivedAt?: number;
}

export interface Project {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly createdAt: number;
  /** Nothing new is made in it from then on. */
  readonly archivedAt?: number;
}

export interface Keys {
  /**
   * By the keyed digest of the secret, from memory: asked on every call. Revoked and expired ones are found too. By the digest
   * of the secret before the last, it is found with the end of that secret as its own.
   */
  find(mac: string): Key | undefined;
  get(id: string): Promise<Key | undefined>;
  create(key: Key, audit?: AuditRecord): Promise<void>;
  /** Puts it in the place of the one with its id. */
  update(key: Key, audit?: AuditRecord): Promise<void>;
  /** Newest first. */
  list(query: KeyQuery): Promise<Listed<Key>>;
  /** False if there is no such key. Revoking twice keeps the first time. */
  revoke(id: string, at: number, audit?: AuditRecord): Promise<boolean>;
}

export interface KeyQuery extends Page {
  readonly organisationId?: string;
  readonly projectId?: string;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  /** Keyed digest of the secret; the secret itself is stored nowhere. */
  readonly mac: string;
  /** The first characters of the secret, for people to recognise it. */
  readonly hint: string;
  readonly role: Role;
  readonly projectId: string;
  readonly organisationId: string;
  readonly models?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  /** The secret before this one, while it still opens. */
  readonly previous?: { readonly mac: string; readonly expiresAt: number };
}

export interface Ledger {
  /** Appends an attempt; resolves when it is durable. Entries become durable in the order in which they were appended. */
  append(entry: Entry): Promise<void>;
  /** The request records, a view of the entries. Newest first. */
  requests(query: RequestQuery): Promise<Listed<RequestRecord>>;
  /** One call with all its entries, the closing one last; undefined if there is no record of it. */
  request(id: string): Promise<RequestStory | undefined>;
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
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
  readonly usage: Usage;
  readonly basis: UsageBasis;
  /** Absent if the price is unknown: never silently free. */
  readonly cost?: NanoUsd;
  readonly endUser?: string;
  readonly tags: readonly string[];
  readonly metadata?: string;
  readonly lost: readonly Loss[];
  /** `price-unknown`, `usage-estimated`, `usage-invalid` … */
  readonly flags: readonly string[];
}

/** A call, as its closing entry tells it, with cost and attempts over all its entries. */
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
  /** When the call arrived: inclusive, epoch milliseconds. */
  readonly from?: number;
  /** Exclusive. */
  readonly to?: number;
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
export type UsageDimension = 'model' | 'provider' | 'key' | 'project' | 'operation' | 'user';

export interface UsageRow {
  readonly bucketStart?: number;
  readonly group: { readonly [Dimension in UsageDimension]?: string };
  readonly requests: number;
  readonly failures: number;
  readonly tokens: { readonly [Class in keyof Usage['tokens']]-?: number };
  readonly cost: NanoUsd;
  /** Calls whose price nobody knew; their cost is not in `cost`. */
  readonly unpriced: number;
}

export interface Prices {
  /** Every known price of a provider's models, oldest first. */
  all(): Promise<readonly PriceRecord[]>;
  /** Adds prices; an identical one already there is left alone. */
  add(records: readonly PriceRecord[], audit?: AuditRecord): Promise<void>;
}

/** A price of a model at a kind of provider. In `model`, `*` stands for any characters and `#` for one digit. */
export interface PriceRecord {
  readonly provider: string;
  readonly model: string;
  readonly price: Price;
}

/** What operators configured while Trestle ran. */
export interface Settings {
  /** By kind and name. */
  all(): Promise<readonly Setting[]>;
  /** Each in the place of the one of its kind and name, if there is one; all or none. */
  save(settings: readonly Setting[], audit?: AuditRecord): Promise<void>;
  remove(setting: Pick<Setting, 'kind' | 'name'>, audit?: AuditRecord): Promise<void>;
}

export interface Setting {
  readonly kind: 'provider' | 'alias';
  readonly name: string;
  /** As the configuration file would say it, without what is secret. */
  readonly entry: Json;
  /** What is secret of it, sealed. */
  readonly sealed?: string;
  readonly disabled: boolean;
  /** 1 for a new one, one more with each change. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Who changed what. Append-only. */
export interface Audit {
  append(record: AuditRecord): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<Listed<AuditRecord>>;
}

export interface AuditRecord {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who: the id of a key, or a word for what is none. */
  readonly actor: string;
  readonly organisationId: string;
  readonly procedure: string;
  /** The id or name of what was changed. */
  readonly subject: string;
  /** What was changed, for people. Holds no secret. */
  readonly summary: string;
}

export interface AuditQuery extends Page {
  readonly organisationId?: string;
  readonly actor?: string;
  readonly subject?: string;
  /** One of these. */
  readonly procedures?: readonly string[];
}

export interface Page {
  /** 1 to 1,000. */
  readonly limit: number;
  /** The cursor of the page before. */
  readonly after?: string;
}

export interface Listed<T> {
  readonly data: readonly T[];
  /** The cursor for the next page; absent at the end. */
  readonly next?: string;
}
