import { waitForUpdate } from '@pydantic/genai-prices';
import { isPattern, modelPattern } from '../../src/catalog/model-pattern.ts';
import { providerKinds } from '../../src/providers/index.ts';
import { kindsOf, namesOf } from './seed-conversion.ts';

/** The package gives its own, bundled list as an update that has come; it asks no network. */
const providers = (await waitForUpdate()) ?? [];

/** `src/catalog/seed-contexts.json`: the contexts that the price list tells, of the kinds of provider that there are. */
export function seedContextsFile(): string {
  const lists = providerKinds.flatMap(({ name }) => {
    const contexts = contextsOf(name);
    return contexts.length === 0 ? [] : [[name, Object.fromEntries(contexts)] as const];
  });
  return `${JSON.stringify(Object.fromEntries(lists), null, 2)}\n`;
}

function contextsOf(kind: string): readonly (readonly [string, number])[] {
  const models = providers.filter(({ id }) => kindsOf(id).includes(kind)).flatMap((provider) => provider.models);
  const all = models.flatMap((model) =>
    namesOf(model, models).models.map((name) => [name, model.context_window ?? 0] as const),
  );
  const patterns = all.filter(([name, tokens]) => tokens > 0 && isPattern(name)).map(([name]) => modelPattern(name));
  // Of what nobody would take for another, nothing needs to be said.
  const said = all.filter(([name, tokens]) => tokens > 0 || patterns.some((pattern) => pattern.matches(name)));
  return said.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
