import { z } from 'zod';
import type { ModelHealth, Observed, ProviderHealth } from '../core/health.ts';
import { moment, spellMoment } from './moment.ts';

const observed = {
  state: z
    .enum(['healthy', 'failing', 'unknown', 'disabled'])
    .describe(
      'Of the newest 20 attempts of the last five minutes that show something: `failing` if more than half failed, else `healthy`; `unknown` if there is none; `disabled` if it is switched off. An answer that came to its end and a failure of the provider itself show something; a request that it refuses and a caller who leaves do not.',
    ),
  attempts: z.int().describe('Since `since`, whatever they showed.'),
  successes: z.int(),
  failures: z.record(z.string(), z.int()).describe("By kind; only the provider's own."),
  last_success_at: moment.nullable(),
  last_failure: z.object({ kind: z.string(), at: moment }).nullable(),
  first_byte_ms: z
    .object({ p50: z.number(), p95: z.number(), count: z.int() })
    .nullable()
    .describe("Until an answer's head came, over the last five minutes, within 5 %; null if none came."),
};

/** What calls have shown of a provider. Nobody is asked for the sake of it. */
export const healthShape = z
  .object({
    ...observed,
    since: moment
      .nullable()
      .describe(
        'When it was first asked since the server started, or since it was changed over this API; null if never.',
      ),
    models: z.array(z.object({ model: z.string(), ...observed })),
  })
  .meta({ title: 'ProviderHealth' });

/** Of a provider that is switched off, what it showed before still stands beside that. */
export function spellHealth(
  health: ProviderHealth | undefined,
  { disabled }: { readonly disabled: boolean },
): z.input<typeof healthShape> {
  const state = disabled ? ({ state: 'disabled' } as const) : {};
  return {
    ...spellObserved(health ?? nothing),
    ...state,
    since: spellMoment(health?.since),
    models: (health?.models ?? []).map((model) => ({ model: model.model, ...spellObserved(model), ...state })),
  };
}

const nothing: Observed = { state: 'unknown', attempts: 0, successes: 0, failures: {} };

function spellObserved(seen: Observed | ModelHealth) {
  const { state, attempts, successes, failures, lastSuccessAt, lastFailure, firstByte } = seen;
  return {
    ...{ state, attempts, successes, failures: { ...failures } },
    last_success_at: spellMoment(lastSuccessAt),
    last_failure: lastFailure === undefined ? null : { kind: lastFailure.kind, at: spellMoment(lastFailure.at) },
    first_byte_ms: firstByte === undefined ? null : { ...firstByte },
  };
}
