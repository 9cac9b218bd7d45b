import type { Entry } from '../store.ts';
import type { Row } from './batch.ts';
import { tokenColumns } from './token-columns.ts';

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
  'reported_cost',
  'basis',
  'cost',
  'end_user',
  'tags',
  'metadata',
  'lost',
  'flags',
] as const;

export type EntryColumn = (typeof entryColumns)[number];

/** An entry as values. One literal, because it is built for every call. */
export function entryRow(sequence: number, entry: Entry): Row {
  const { tokens, reportedCost } = entry.usage;
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
    reportedCost === undefined ? null : reportedCost.toString(),
    entry.basis,
    entry.cost === undefined ? null : entry.cost.toString(),
    entry.endUser ?? null,
    listText(entry.tags),
    entry.metadata ?? null,
    listText(entry.lost),
    listText(entry.flags),
  ];
}

/** A list as JSON; most are empty, and cost nothing. */
function listText(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}
