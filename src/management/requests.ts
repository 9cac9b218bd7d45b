import { z } from 'zod';
import { isJsonObject } from '../core/json.ts';
import { formatUsd } from '../core/money.ts';
import type { RequestRecord } from '../store/store.ts';
import { moment, spellMoment } from './moment.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { reportedTokens, spellReported } from './tokens.ts';

const requestShape = z
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
      basis: z.enum(['reported', 'estimated', 'none']).describe('How sure the counts are.'),
      reported_cost_usd: z.string().nullable().describe("The provider's own figure, where it gives one."),
    }),
    cost_usd: z.string().nullable().describe('Null if the price is unknown; see `flags`.'),
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

const list = procedure({
  name: 'requests.list',
  method: 'GET',
  path: '/admin/v1/requests',
  summary: 'List calls, refusals too, newest first: who, what, how it ended and what it cost.',
  role: 'admin',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(requestShape),
  run: async ({ store }, input) => listed(await store.ledger.requests(pageOf(input)), spellRequest),
});

export const requests = [list] as const;

function spellRequest(record: RequestRecord): z.input<typeof requestShape> {
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
    usage: {
      tokens: spellReported(record.usage.tokens),
      basis: record.basis,
      reported_cost_usd: spellMoney(record.usage.reportedCost),
    },
    cost_usd: spellMoney(record.cost),
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
