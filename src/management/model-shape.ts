import { z } from 'zod';
import type { EntryInForce } from './configuration.ts';
import type { ListedModel } from './context.ts';
import { factsShape, spellFacts } from './facts-shape.ts';
import { moment, spellMoment } from './moment.ts';
import { pricesShape, spellPrice } from './price-shape.ts';

const tokens = z.int().min(1).max(1_000_000_000);

/** What can be said of a model, in the words of the configuration file. */
export const modelFields = {
  context_window: tokens.describe('Input and output together, in tokens.'),
  max_output_tokens: tokens.describe('What it writes at most.'),
  vision: z.boolean().describe('It takes images.'),
  tools: z.boolean().describe('It calls tools.'),
  json_schema: z.boolean().describe('Its output can be bound to a schema.'),
  reasoning: z.boolean().describe('It thinks before it answers.'),
  operations: z
    .array(z.enum(['chat', 'embed']))
    .max(2)
    .describe('What can be asked of it.'),
  retires: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .describe('The day on which its provider turns it off, such as 2027-01-31.'),
};

const overrideShape = z.object({
  ...z.object(modelFields).partial().shape,
  mistake: z.string().nullable().describe('Why what is known of it is not in force; null if it is.'),
  version: z.int().describe('One more with each change.'),
  created_at: moment,
  updated_at: moment,
});

export const modelShape = z
  .object({
    id: z.string().describe('As callers write it: `provider/model` or an alias.'),
    provider: z.string().nullable().describe('Null for an alias.'),
    disabled: z.boolean().describe('It is not listed to callers, and calls to it are refused.'),
    operations: z.array(z.string()).describe('What can be asked of it.'),
    operations_source: z
      .string()
      .nullable()
      .describe(
        'Who says so, as in `facts.sources`; null if its price tells, or all that its provider offers is meant.',
      ),
    prices: pricesShape.nullable().describe('Null if nobody knows them.'),
    facts: factsShape.nullable().describe('Null if nothing is known.'),
    override: overrideShape.nullable().describe('What was set here; null if nothing was.'),
  })
  .meta({ title: 'Model' });

/** A model with what operators set of it. */
export interface ModelHere extends ListedModel {
  readonly override?: EntryInForce;
}

export function spellModel(model: ModelHere): z.input<typeof modelShape> {
  const { id, provider, operations, operationsFrom, price, facts, override } = model;
  return {
    id,
    provider: provider ?? null,
    disabled: override?.stored?.disabled ?? model.disabled ?? false,
    operations: [...operations],
    operations_source: operationsFrom ?? null,
    prices: price === undefined ? null : spellPrice(price),
    facts: facts === undefined ? null : spellFacts(facts),
    override: spellOverride(override),
  };
}

/** What is stored went through the checks of the file. */
function spellOverride(override: EntryInForce | undefined): z.input<typeof overrideShape> | null {
  if (override?.stored === undefined) return null;
  const { entry, mistake, version, createdAt, updatedAt } = override.stored;
  return {
    ...z.object(modelFields).partial().catch({}).parse(entry),
    mistake: mistake ?? null,
    version,
    created_at: spellMoment(createdAt),
    updated_at: spellMoment(updatedAt),
  };
}
