import type { NanoUsd } from '../../core/money.ts';
import type { Entry } from '../store.ts';
import { amountValue } from './amount.ts';
import type { Row } from './batch.ts';
import { tokenColumns } from './token-columns.ts';
import { unitColumns, unitValues } from './unit-columns.ts';

/** The columns of an entry, in the order in which `entryRow` fills them. */
export const entryColumns = [
  'sequence',
  'request_id',
  'attempt',
  'closing',
  'key_id',
  'project_id',
  'organisation_id',
  'dialect',
  'operation',
  'stream',
  'requested_model',
  'provider',
  'model',
  'started_at',
  'ended_at',
  'first_byte_ms',
  'latency_ms',
  'status',
  'outcome',
  'failure',
  'upstream_status',
  'upstream_request_id',
  ...tokenColumns,
  ...unitColumns,
  'service_tier',
  'reported_cost',
  'basis',
  'cost',
  'end_user',
  'tags',
  'metadata',
  'lost',
  'flags',
  'hold',
  'held_at',
  'held_skew',
  'held',
  'settlement',
  'overrun',
] as const;

export type EntryColumn = (typeof entryColumns)[number];

/** When and how much was held for an attempt, as whoever held it knows it. */
export interface HeldFor {
  /** Its number. */
  readonly hold: number;
  readonly at: number;
  readonly skew: number;
  readonly amount: NanoUsd;
}

/** An entry as values. One literal, because it is built for every call. */
export function entryRow(sequence: number, entry: Entry, hold?: HeldFor): Row {
  const held = hold === undefined ? entry.held : hold.amount;
  const { tokens, units, serviceTier, reportedCost } = entry.usage;
  return [
    sequence,
    entry.requestId,
    entry.attempt,
    entry.closing ? 1 : 0,
    entry.keyId,
    entry.projectId,
    entry.organisationId,
    entry.dialect,
    entry.operation,
    entry.stream ? 1 : 0,
    entry.requestedModel,
    entry.provider ?? null,
    entry.model ?? null,
    entry.startedAt,
    entry.endedAt,
    entry.firstByteMs ?? null,
    entry.latencyMs,
    entry.status,
    entry.outcome,
    entry.failure ?? null,
    entry.upstreamStatus ?? null,
    entry.upstreamRequestId ?? null,
    tokens.input ?? null,
    tokens.cachedInput ?? null,
    tokens.cacheWrite ?? null,
    tokens.cacheWriteHour ?? null,
    tokens.audioInput ?? null,
    tokens.output ?? null,
    tokens.reasoning ?? null,
    tokens.audioOutput ?? null,
    ...unitValues(units),
    serviceTier ?? null,
    reportedCost === undefined ? null : amountValue(reportedCost),
    entry.basis,
    entry.cost === undefined ? null : amountValue(entry.cost),
    entry.endUser ?? null,
    listText(entry.tags),
    entry.metadata ?? null,
    listText(entry.lost),
    listText(entry.flags),
    hold === undefined ? null : hold.hold,
    (hold === undefined ? entry.heldAt : hold.at) ?? null,
    hold === undefined || hold.skew === 0 ? null : hold.skew,
    held === undefined ? null : amountValue(held),
    entry.settlement ?? (hold === undefined ? null : 'settled'),
    entry.overrun === undefined ? null : amountValue(entry.overrun),
  ];
}

/** A list as JSON; most are empty, and cost nothing. */
function listText(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}
