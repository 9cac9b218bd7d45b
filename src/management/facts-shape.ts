import { z } from 'zod';
import { factNames, type ModelFacts, type SourcedFacts } from '../core/model-facts.ts';
import { moment, spellMoment } from './moment.ts';

/** On the wire facts are called what they are called in the configuration. */
const words = {
  contextTokens: 'context_window',
  maxOutputTokens: 'max_output_tokens',
  vision: 'vision',
  tools: 'tools',
  jsonSchema: 'json_schema',
  reasoning: 'reasoning',
  retiresAt: 'retires_at',
} as const satisfies { readonly [Fact in keyof ModelFacts]-?: string };

export const factsShape = z
  .object({
    context_window: z.int().optional().describe('In tokens.'),
    max_output_tokens: z.int().optional(),
    vision: z.boolean().optional().describe('It takes images.'),
    tools: z.boolean().optional(),
    json_schema: z.boolean().optional().describe('Its output can be bound to a schema.'),
    reasoning: z.boolean().optional(),
    retires_at: moment.optional().describe('When its provider turns it off.'),
    sources: z
      .record(z.string(), z.string())
      .describe(
        'Where each is from: `configuration` (the file), `management` (set here), `provider` (its own list), `kind` (what Trestle knows of that vendor), or the name of the price list.',
      ),
  })
  .describe('What is absent is unknown.');

export function spellFacts({ sources, retiresAt, ...facts }: SourcedFacts): z.input<typeof factsShape> {
  const named = factNames.flatMap((name) => {
    const source = sources[name];
    return source === undefined ? [] : [[words[name], source] as const];
  });
  return {
    ...(facts.contextTokens === undefined ? {} : { context_window: facts.contextTokens }),
    ...(facts.maxOutputTokens === undefined ? {} : { max_output_tokens: facts.maxOutputTokens }),
    ...(facts.vision === undefined ? {} : { vision: facts.vision }),
    ...(facts.tools === undefined ? {} : { tools: facts.tools }),
    ...(facts.jsonSchema === undefined ? {} : { json_schema: facts.jsonSchema }),
    ...(facts.reasoning === undefined ? {} : { reasoning: facts.reasoning }),
    ...(retiresAt === undefined ? {} : { retires_at: spellMoment(retiresAt) }),
    sources: Object.fromEntries(named),
  };
}
