import { z } from 'zod';
import type { CatalogueState } from './context.ts';
import { moment, spellMoment } from './moment.ts';
import { procedure } from './procedure.ts';

const stateShape = z
  .object({
    lists: z
      .array(
        z.object({
          provider: z.string(),
          read_at: moment.nullable().describe('When its list of models was last read; null if there is none.'),
          models: z.int().nullable().describe('How many it names.'),
          problem: z
            .string()
            .nullable()
            .describe('Why it could not be read when it was last asked for; null if it could.'),
        }),
      )
      .describe('Of each provider that has a list of its models.'),
    retiring: z
      .array(z.object({ alias: z.string(), model: z.string(), retires_at: moment }))
      .describe('Aliases pinned to a model that its provider turns off in the next 60 days, or should have.'),
    refused_prices: z
      .array(z.object({ provider: z.string(), model: z.string(), why: z.string() }))
      .describe('Prices of the price list that were not taken, for they were too far from those in force.'),
  })
  .meta({ title: 'Catalogue' });

const show = procedure({
  name: 'catalogue.show',
  method: 'GET',
  path: '/admin/v1/catalogue',
  summary:
    'Show how things stand with the lists of models, with pinned models whose end is near, and with refused prices.',
  role: 'admin',
  scope: 'house',
  status: 200,
  input: z.strictObject({}),
  output: stateShape,
  run: async ({ catalogue }) => spellState(catalogue?.report()),
});

const refresh = procedure({
  name: 'catalogue.refresh',
  method: 'POST',
  path: '/admin/v1/catalogue/refresh',
  summary: 'Ask every provider for its models now, and show what came of it.',
  role: 'admin',
  scope: 'house',
  status: 200,
  changes: 'nothing',
  input: z.strictObject({}),
  output: stateShape,
  async run({ catalogue }) {
    await catalogue?.refresh();
    return spellState(catalogue?.report());
  },
});

export const catalogue = [show, refresh] as const;

function spellState(state: CatalogueState | undefined): z.input<typeof stateShape> {
  const { lists = [], retiring = [], refusedPrices = [] } = state ?? {};
  return {
    lists: lists.map(({ provider, list, problem }) => ({
      provider,
      read_at: spellMoment(list?.at),
      models: list?.models ?? null,
      problem: problem ?? null,
    })),
    retiring: retiring.map(({ alias, model, retiresAt }) => ({ alias, model, retires_at: spellMoment(retiresAt) })),
    refused_prices: refusedPrices.map(({ provider, model, why }) => ({ provider, model, why })),
  };
}
