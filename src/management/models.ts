import { z } from 'zod';
import type { ListedModel } from './context.ts';
import { factsShape, spellFacts } from './facts-shape.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { pricesShape, spellPrice } from './price-shape.ts';
import { procedure } from './procedure.ts';

const modelShape = z
  .object({
    id: z.string().describe('As callers write it: `provider/model` or an alias.'),
    provider: z.string().nullable().describe('Null for an alias.'),
    operations: z.array(z.string()).describe('What can be asked of it.'),
    prices: pricesShape.nullable().describe('Null if nobody knows them.'),
    facts: factsShape.nullable().describe('Null if nothing is known.'),
  })
  .meta({ title: 'Model' });

const list = procedure({
  name: 'models.list',
  method: 'GET',
  path: '/admin/v1/models',
  summary: 'List the models and aliases that can be asked for, with the prices in force.',
  role: 'admin',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(modelShape),
  run: async ({ models }, input) => listed(pageIn(models(), pageOf(input)), spellModel),
});

export const models = [list] as const;

function spellModel({ id, provider, operations, price, facts }: ListedModel): z.input<typeof modelShape> {
  return {
    id,
    provider: provider ?? null,
    operations: [...operations],
    prices: price === undefined ? null : spellPrice(price),
    facts: facts === undefined ? null : spellFacts(facts),
  };
}
