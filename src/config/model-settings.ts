import type { KnownModel } from '../core/model-facts.ts';
import type { ProviderSettings } from './config.ts';
import type { Path } from './problems.ts';
import { checked, type Reader } from './reader.ts';
import { type ModelFactsInput, modelFactsSchema, modelNamesSchema } from './schema.ts';

/** What an entry says of models: a list of names is all that it offers; a map tells what is known of these, and others may be there. */
export function modelsIn(reader: Reader, value: unknown, path: Path): Pick<ProviderSettings, 'models' | 'described'> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const models = checked(reader, modelNamesSchema, { value, path });
    return models === undefined ? {} : { models };
  }
  const facts = checked(reader, modelFactsSchema, { value, path });
  if (facts === undefined) return {};
  return { described: Object.entries(facts).map(([id, said]) => ({ id, ...factsOf(said ?? {}) })) };
}

/** Facts in our own words. */
export function factsOf(said: ModelFactsInput): Omit<KnownModel, 'id'> {
  const { context_window: contextTokens, max_output_tokens: maxOutputTokens, json_schema: jsonSchema, retires } = said;
  const { vision, tools, reasoning, operations } = said;
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(vision === undefined ? {} : { vision }),
    ...(tools === undefined ? {} : { tools }),
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(operations === undefined ? {} : { operations }),
    ...(retires === undefined ? {} : { retiresAt: Date.parse(retires) }),
  };
}
