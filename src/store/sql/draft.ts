import type { NanoUsd } from '../../core/money.ts';
import type { Moment } from '../accounts/ledger-time.ts';
import type { Entry } from '../store.ts';
import { amountValue } from './amount.ts';

/** An attempt under way, as its row tells it: whoever finds it at the next start makes its entry of it. */
export interface Draft {
  readonly entry: Entry;
  readonly amount: NanoUsd;
  readonly moment: Moment;
}

/** Says which of the layouts below a text has: one that was written may be read by a later Trestle. */
const layout = 1;

/** A list, because names would be most of it; spelled in one go, because it is written for every attempt. */
export function draftText({ entry, amount, moment }: Draft): string {
  const { tokens, units, serviceTier } = entry.usage;
  const values: DraftValues = [
    layout,
    entry.requestId,
    entry.attempt,
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
    { tokens, ...(units && { units }), ...(serviceTier !== undefined && { serviceTier }) },
    entry.basis,
    entry.cost === undefined ? null : amountValue(entry.cost),
    amountValue(amount),
    moment.wall,
    moment.steady - moment.wall,
    entry.endUser ?? null,
    entry.tags,
    entry.metadata ?? null,
    entry.lost,
    entry.flags,
  ];
  return JSON.stringify(values);
}

/** Takes back what `draftText` wrote. */
export function draftIn(text: string): Draft {
  const values: DraftValues = JSON.parse(text);
  const [, requestId, attempt, keyId, projectId, organisationId, dialect, operation, stream, ...rest] = values;
  const [requestedModel, provider, model, startedAt, usage, basis, cost, amount, wall, skew, ...told] = rest;
  const [endUser, tags, metadata, lost, flags] = told;
  return {
    entry: {
      ...{ requestId, attempt, keyId, projectId, organisationId, dialect, operation, stream: stream === 1 },
      ...{ requestedModel, startedAt, usage, basis, tags, lost, flags },
      ...{
        closing: true,
        endedAt: startedAt,
        latencyMs: 0,
        status: 503,
        outcome: 'failed',
        failure: 'gateway-stopped',
      },
      ...(provider === null ? {} : { provider }),
      ...(model === null ? {} : { model }),
      ...(cost === null ? {} : { cost: BigInt(cost) }),
      ...(endUser === null ? {} : { endUser }),
      ...(metadata === null ? {} : { metadata }),
    },
    amount: BigInt(amount),
    moment: { wall, steady: wall + skew },
  };
}

type DraftValues = readonly [
  layout: number,
  requestId: string,
  attempt: number,
  keyId: string,
  projectId: string,
  organisationId: string,
  dialect: Entry['dialect'],
  operation: Entry['operation'],
  stream: number,
  requestedModel: string,
  provider: string | null,
  model: string | null,
  startedAt: number,
  usage: Entry['usage'],
  basis: Entry['basis'],
  cost: number | string | null,
  amount: number | string,
  wall: number,
  skew: number,
  endUser: string | null,
  tags: Entry['tags'],
  metadata: string | null,
  lost: Entry['lost'],
  flags: Entry['flags'],
];
