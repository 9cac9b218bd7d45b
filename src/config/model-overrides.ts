import { type AliasReader, strangerRemedy } from './alias-settings.ts';
import type { ModelName, ModelOverride } from './config.ts';
import { factsOf } from './model-settings.ts';
import { checked } from './reader.ts';
import { factsSchema } from './schema.ts';
import type { Beneath } from './stored-entries.ts';

/** What operators set of single models, each of a provider that is there. */
export function modelOverridesIn(
  reader: AliasReader,
  { models, modelsOff }: Pick<Beneath, 'models' | 'modelsOff'>,
): readonly ModelOverride[] {
  return Object.entries(models).flatMap(([name, entry]) => {
    const path = ['model', name];
    const address = addressIn(name);
    const wrong = address === undefined ? wanted : strangerProblem(reader, address);
    if (wrong !== undefined) reader.problems.add(path, wrong);
    const said = checked(reader, factsSchema, { value: entry, path });
    if (address === undefined || wrong !== undefined || said === undefined) return [];
    return [{ ...address, facts: factsOf(said), ...(modelsOff.has(name) ? { disabled: true as const } : {}) }];
  });
}

const wanted =
  'a model is wanted, written provider/model, without stars and question marks, in 600 characters at most; name one.';
const nameText = /^([^/]{1,64})\/([^\p{Cc}\p{Cs}*?]{1,512})$/u;

/** A star would be taken for a pattern, and what stands behind a question mark is no part of a name. */
function addressIn(name: string): ModelName | undefined {
  const [, provider, model] = nameText.exec(name) ?? [];
  return provider === undefined || model === undefined ? undefined : { provider, model };
}

function strangerProblem(reader: AliasReader, address: ModelName): string | undefined {
  const { settings, discoverable, declared } = reader.providers;
  const isKnown = [...settings, ...discoverable].some(({ name }) => name === address.provider);
  // If its own entry is wrong, that is said there.
  if (isKnown || declared.has(address.provider)) return undefined;
  return strangerRemedy(reader, address);
}
