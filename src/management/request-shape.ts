import { z } from 'zod';
import { isJsonObject } from '../core/json.ts';
import { formatUsd } from '../core/money.ts';
import type { Entry, RequestRecord, RequestStory } from '../store/store.ts';
import { moment, spellMoment } from './moment.ts';
import { reportedTokens, reportedUnits, spellReported, spellUnits } from './tokens.ts';

export const requestShape = z
  .object({
    id: z.string().describe('The `x-request-id` of its answer.'),
    created_at: moment,
    key_id: z.string(),
    project_id: z.string(),
    dialect: z.string(),
    operation: z.string(),
    stream: z.boolean(),
    requested_model: z.string().describe('As the caller wrote it.'),
    model: z.string().nullable().describe('What answered, as its provider names it; null if nothing was asked.'),
    provider: z.string().nullable(),
    status: z.int(),
    outcome: z.enum(['complete', 'failed', 'aborted', 'refused']),
    failure: z.string().nullable().describe('The kind of failure; null if there was none.'),
    usage: z.object({
      tokens: reportedTokens,
      units: reportedUnits.describe('What is not counted in tokens, where there is any.'),
      service_tier: z
        .string()
        .nullable()
        .describe('The tier of service that it was charged at; null for the usual one.'),
      basis: z.enum(['reported', 'estimated', 'none']).describe('How sure the counts are.'),
      reported_cost_usd: z.string().nullable().describe("The provider's own figure, where it gives one."),
    }),
    cost_usd: z.string().nullable().describe('Null if the price is unknown; see `flags`.'),
    overrun_usd: z
      .string()
      .optional()
      .describe(
        'What the provider took beyond what was held: spent too, and not in `cost_usd`. Absent if it kept to it.',
      ),
    adjusted_usd: z
      .string()
      .nullable()
      .describe('Of the cost, what re-pricing has added since, or taken off; null if it was never re-priced.'),
    latency_ms: z.number(),
    first_byte_ms: z.number().nullable(),
    attempts: z.int(),
    lost: z.array(z.object({ path: z.string(), why: z.string() })).describe('What was lost in translation.'),
    flags: z.array(z.string()),
    tags: z.array(z.string()),
    end_user: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    upstream_status: z.int().nullable(),
    upstream_request_id: z.string().nullable(),
  })
  .meta({ title: 'Request' });

const attemptShape = z.object({
  attempt: z.int().describe('0 if nobody was asked.'),
  started_at: moment,
  ended_at: moment,
  provider: z.string().nullable(),
  model: z.string().nullable(),
  outcome: requestShape.shape.outcome,
  failure: z.string().nullable(),
  upstream_status: z.int().nullable(),
  upstream_request_id: z.string().nullable().describe('What to name when asking the provider about it.'),
  usage: requestShape.shape.usage,
  cost_usd: z.string().nullable(),
  overrun_usd: requestShape.shape.overrun_usd,
  adjusted_usd: z.string().nullable(),
  latency_ms: z.number(),
  first_byte_ms: z.number().nullable(),
  flags: z.array(z.string()),
});

export const requestStoryShape = requestShape
  .extend({ tried: z.array(attemptShape).describe('Every attempt, in order.') })
  .meta({ title: 'RequestStory' });

export function spellStory({ record, entries }: RequestStory): z.input<typeof requestStoryShape> {
  return { ...spellRequest(record), tried: entries.map(spellAttempt) };
}

function spellAttempt(entry: Entry): z.input<typeof attemptShape> {
  return {
    attempt: entry.attempt,
    started_at: spellMoment(entry.startedAt),
    ended_at: spellMoment(entry.endedAt),
    provider: entry.provider ?? null,
    model: entry.model ?? null,
    outcome: entry.outcome,
    failure: entry.failure ?? null,
    upstream_status: entry.upstreamStatus ?? null,
    upstream_request_id: entry.upstreamRequestId ?? null,
    usage: spellUsage(entry),
    cost_usd: spellMoney(entry.cost),
    ...spellOverrun(entry),
    adjusted_usd: spellMoney(entry.adjusted),
    latency_ms: entry.latencyMs,
    first_byte_ms: entry.firstByteMs ?? null,
    flags: [...entry.flags],
  };
}

export function spellRequest(record: RequestRecord): z.input<typeof requestShape> {
  return {
    id: record.requestId,
    created_at: spellMoment(record.startedAt),
    key_id: record.keyId,
    project_id: record.projectId,
    dialect: record.dialect,
    operation: record.operation,
    stream: record.stream,
    requested_model: record.requestedModel,
    model: record.model ?? null,
    provider: record.provider ?? null,
    status: record.status,
    outcome: record.outcome,
    failure: record.failure ?? null,
    usage: spellUsage(record),
    cost_usd: spellMoney(record.cost),
    ...spellOverrun(record),
    adjusted_usd: spellMoney(record.adjusted),
    latency_ms: record.latencyMs,
    first_byte_ms: record.firstByteMs ?? null,
    attempts: record.attempts,
    lost: record.lost.map(({ path, why }) => ({ path, why })),
    flags: [...record.flags],
    tags: [...record.tags],
    end_user: record.endUser ?? null,
    metadata: metadataOf(record),
    upstream_status: record.upstreamStatus ?? null,
    upstream_request_id: record.upstreamRequestId ?? null,
  };
}

function spellUsage({ usage, basis }: Pick<Entry, 'usage' | 'basis'>): z.input<typeof requestShape>['usage'] {
  return {
    tokens: spellReported(usage.tokens),
    units: spellUnits(usage.units),
    service_tier: usage.serviceTier ?? null,
    basis,
    reported_cost_usd: spellMoney(usage.reportedCost),
  };
}

function spellOverrun({ overrun }: Pick<Entry, 'overrun'>): { readonly overrun_usd?: string } {
  return overrun === undefined ? {} : { overrun_usd: formatUsd(overrun) };
}

function spellMoney(amount: bigint | undefined): string | null {
  return amount === undefined ? null : formatUsd(amount);
}

/** It was a JSON object when it came in; one record that is none must not make the whole list unreadable. */
function metadataOf({ metadata }: RequestRecord): Record<string, unknown> | null {
  if (metadata === undefined) return null;
  try {
    const read: unknown = JSON.parse(metadata);
    return isJsonObject(read) ? { ...read } : null;
  } catch {
    return null;
  }
}
