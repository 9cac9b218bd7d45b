import type { Generated } from 'kysely';
import type { Role } from '../../core/call.ts';
import type { EventKind } from '../../core/event.ts';
import type { FailureKind } from '../../core/failure.ts';
import type { UnitClassName, UsageClassName } from '../../core/usage.ts';
import type { Entry, Setting, Settlement } from '../store.ts';

/** The tables as Kysely sees them. Amounts are texts: as numbers they would lose digits above 2^53. */
export interface Schema {
  readonly organisations: OrganisationRow & Positioned;
  readonly projects: ProjectRow & Positioned;
  readonly keys: KeyRow & Positioned;
  readonly prices: PriceRow & Positioned;
  readonly settings: SettingRow & Positioned;
  readonly audit: AuditRow & Positioned;
  readonly answers: AnswerRow & Positioned;
  readonly events: EventRow & Positioned;
  readonly entries: EntryRow;
  readonly adjustments: AdjustmentRow;
  readonly requests: EntryRow & {
    readonly attempts: number;
    readonly adjusted: string | null;
    readonly total_cost: string | null;
  };
}

/** Numbered by the database in the order of writing. */
export interface Positioned {
  readonly position: Generated<number>;
}

/** JSON lists, as `stored-limits.ts` spells them. */
export interface LimitedRow {
  readonly budgets: string | null;
  readonly rate_limits: string | null;
}

export interface OrganisationRow extends LimitedRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: number;
  readonly archived_at: number | null;
}

export interface ProjectRow extends LimitedRow {
  readonly id: string;
  readonly organisation_id: string;
  readonly name: string;
  readonly created_at: number;
  readonly archived_at: number | null;
}

export interface KeyRow extends LimitedRow {
  readonly id: string;
  readonly name: string;
  readonly mac: string;
  readonly hint: string;
  readonly role: Role;
  readonly project_id: string;
  readonly organisation_id: string;
  /** A JSON list. */
  readonly models: string | null;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly previous_mac: string | null;
  readonly previous_expires_at: number | null;
}

export interface SettingRow {
  readonly kind: Setting['kind'];
  readonly name: string;
  /** JSON. */
  readonly entry: string;
  readonly sealed: string | null;
  readonly disabled: number;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly organisation_id: string;
  readonly procedure: string;
  readonly subject: string;
  readonly summary: string;
}

export interface EventRow {
  readonly once: string;
  readonly at: number;
  readonly kind: EventKind;
  readonly subject: string;
  readonly organisation_id: string;
  /** JSON. */
  readonly body: string;
}

export interface AnswerRow {
  readonly organisation_id: string;
  readonly actor: string;
  readonly idempotency_key: string;
  readonly digest: string;
  readonly at: number;
  readonly sealed: string | null;
}

/** A column for each class of tokens. */
export type PerClass<T> = { readonly [Name in UsageClassName]: T | null };

export interface PriceRow extends PerClass<string> {
  readonly provider: string;
  readonly model: string;
  readonly valid_from: number;
  readonly per_request: string | null;
  /** JSON, as `price-tiers.ts` spells it. */
  readonly tiers: string | null;
  readonly units: string | null;
  readonly service_tiers: string | null;
  readonly source: string;
}

/** A column for each class of units, in whole parts. */
export type PerUnitClass = { readonly [Name in UnitClassName]: number | null };

/** What an entry costs more or less than it says. */
export interface AdjustmentRow {
  readonly sequence: number;
  /** The sequence of the entry. */
  readonly entry: number;
  /** One-based, of the entry's adjustments. */
  readonly number: number;
  readonly request_id: string;
  readonly attempt: number;
  readonly delta: string;
  readonly reason: string;
  readonly source: string;
  readonly at: number;
  readonly batch: string;
}

export interface EntryRow extends PerClass<number>, PerUnitClass {
  readonly sequence: number;
  readonly request_id: string;
  readonly attempt: number;
  readonly closing: number;
  readonly key_id: string;
  readonly project_id: string;
  readonly organisation_id: string;
  readonly dialect: Entry['dialect'];
  readonly operation: Entry['operation'];
  readonly stream: number;
  readonly requested_model: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly started_at: number;
  readonly ended_at: number;
  readonly first_byte_ms: number | null;
  readonly latency_ms: number;
  readonly status: number;
  readonly outcome: Entry['outcome'];
  readonly failure: FailureKind | null;
  readonly upstream_status: number | null;
  readonly upstream_request_id: string | null;
  readonly service_tier: string | null;
  readonly reported_cost: string | null;
  readonly basis: Entry['basis'];
  readonly cost: string | null;
  readonly end_user: string | null;
  /** JSON lists; null is the empty one. */
  readonly tags: string | null;
  readonly metadata: string | null;
  readonly lost: string | null;
  readonly flags: string | null;
  readonly hold: number | null;
  readonly held_at: number | null;
  readonly held_skew: number | null;
  readonly held: string | null;
  readonly settlement: Settlement | null;
  readonly overrun: string | null;
}
