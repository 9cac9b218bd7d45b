import type { Role } from '../core/call.ts';
import type { Json } from '../core/json.ts';
import type { Budget, LimitOwner, OwnedLimits, RateRule } from '../core/limit.ts';
import type { Price } from '../core/money.ts';
import type { Events } from './event.ts';
import type { Holds } from './holds.ts';
import type { Ledger } from './ledger.ts';

export type * from './holds.ts';
export type * from './ledger.ts';

/**
 * Everything we remember, in the words of those who ask. Each verb is atomic; no connection leaves the room; no verb
 * reads a clock or makes an id. A verb that cannot be done throws `Failure('gateway-storage-failed')`. A verb that is given an
 * `AuditRecord` writes it in the same commit: there is no change without its record, and no record without its change.
 */
export interface Store {
  readonly tenants: Tenants;
  readonly keys: Keys;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly holds: Holds;
  readonly prices: Prices;
  readonly settings: Settings;
  readonly audit: Audit;
  readonly events: Events;
  readonly answers: Answers;
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

/** What may be spent and asked by the calls of somebody. Absent is none. */
export interface Limited {
  readonly budgets?: readonly Budget[];
  readonly rates?: readonly RateRule[];
}

export interface Organisation extends Limited {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Nothing new is made in it from then on. */
  readonly archivedAt?: number;
}

export interface Project extends Limited {
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

export interface Key extends Limited {
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

export interface Limits {
  /**
   * What stands between a caller and its calls, its key's limits first; those that have none are left out. From memory: asked on
   * every call. The same list for as long as nothing changes.
   */
  of(caller: LimitedCaller): readonly OwnedLimits[];
  /** What was admitted under a rule lately, for whoever begins to count. Oldest first; at least as late as it was. */
  past(question: PastQuery): Promise<readonly PastUse[]>;
}

export interface LimitedCaller {
  readonly keyId: string;
  readonly projectId: string;
  readonly organisationId: string;
}

export interface PastQuery {
  readonly owner: LimitOwner;
  readonly match: RateRule['match'];
  /** Epoch milliseconds, inclusive. */
  readonly since: number;
  /** What happened within so many milliseconds may be told as one, at the latest moment of it. */
  readonly slotMs: number;
  /** No more than so many, the latest. */
  readonly limit: number;
}

/** What calls consumed that were admitted by a moment, refused ones left out. */
export interface PastUse {
  /** Epoch milliseconds. */
  readonly at: number;
  /** What they bore of what the rule tells apart by `*`, in the order end user, tag, model. */
  readonly values: readonly string[];
  readonly requests: number;
  readonly tokens: number;
  readonly images: number;
  readonly audioSeconds: number;
}

export interface Prices {
  /** Every known price of a provider's models, oldest first. */
  all(): Promise<readonly PriceRecord[]>;
  /** Those of these providers alone. */
  of(providers: readonly string[]): Promise<readonly PriceRecord[]>;
  /** Whether any price is from there. */
  has(source: string): Promise<boolean>;
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
  readonly kind: 'provider' | 'alias' | 'model';
  /** Of a model: `provider/model`. */
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

/** Answers to operators' changes, to be given again to whoever asks the same under the same idempotency key. */
export interface Answers {
  find(name: AnswerName): Promise<KeptAnswer | undefined>;
  /**
   * Puts it in the place of the one of its name. What is no newer than `before` goes, and of its organisation's others the
   * oldest, so that no more than `most` are kept.
   */
  save(answer: KeptAnswer, bounds: { readonly before: number; readonly most: number }): Promise<void>;
  remove(name: AnswerName): Promise<void>;
  /** Oldest first. */
  all(): Promise<readonly KeptAnswer[]>;
}

export interface AnswerName {
  readonly organisationId: string;
  /** The id of the key that asked. */
  readonly actor: string;
  /** As whoever asked made it up. */
  readonly idempotencyKey: string;
}

export interface KeptAnswer extends AnswerName {
  /** Of what was asked. */
  readonly digest: string;
  /** When it was first asked: epoch milliseconds. */
  readonly at: number;
  /** The answer, sealed; absent while nobody knows what came of it. */
  readonly sealed?: string;
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
