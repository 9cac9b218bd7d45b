import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Listed, Page } from '../store/store.ts';
import type { Context } from './context.ts';
import { type ModelHere, modelFields, modelShape, spellModel } from './model-shape.ts';
import { unlisted } from './noun.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { reachOf } from './reach.ts';
import { changeSetting, removeSetting, settingOf } from './setting-change.ts';
import { changeable, changed, changedNames } from './setting-shape.ts';

const id = z
  .string()
  .min(1)
  .max(600)
  .describe('`provider/model`; in a path its slashes are encoded: `openai%2Fgpt-5-mini`.');
const path = '/admin/v1/models/{id}';
/** What follows providers' lists and prices. */
const volatile = ['operations', 'operations_source', 'prices', 'facts'];

const list = procedure({
  name: 'models.list',
  method: 'GET',
  path: '/admin/v1/models',
  summary: 'List models and aliases with the prices in force, what is known of them and who says so.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    ...pageFields,
    provider: z.string().min(1).max(64).optional().describe('Only models of this provider.'),
    operation: z.enum(['chat', 'count-tokens', 'embed']).optional().describe('Only what can be asked for this.'),
    q: z.string().min(1).max(200).optional().describe('Only names with this in them, whatever its case.'),
  }),
  output: listOf(modelShape),
  run: async (context, { provider, operation, q, ...page }) => {
    const seen = (await reachOf(context)).house ? everyModel(context) : askable(context);
    const wanted = seen.filter(
      (model) =>
        (provider === undefined || model.provider === provider) &&
        (operation === undefined || model.operations.includes(operation)) &&
        (q === undefined || model.id.toLowerCase().includes(q.toLowerCase())),
    );
    return listed(pageBehind(wanted, pageOf(page)), spellModel);
  },
});

const get = procedure({
  name: 'models.get',
  method: 'GET',
  path,
  summary: 'Read a model or an alias: what is known of it, who says so, and what was set here.',
  role: 'admin',
  scope: 'house',
  status: 200,
  input: z.strictObject({ id }),
  output: modelShape,
  volatile,
  run: async (context, input) => spellModel(known(context, input.id)),
});

const set = procedure({
  name: 'models.set',
  method: 'PATCH',
  path,
  summary:
    'Say what is known of a model, or switch it off, whoever configured its provider; what is null is taken out, what is left out stays. What the file says of it comes first.',
  role: 'admin',
  scope: 'house',
  status: 200,
  input: z.strictObject({
    id,
    ...changeable(modelFields),
    disabled: z.boolean().optional().describe('Not listed to callers, and calls to it are refused.'),
  }),
  output: modelShape,
  run: async (context, { id: wanted, disabled, ...facts }) => {
    refuseAlias(context, wanted);
    const stored = settingOf(context, named(wanted))?.stored;
    const given = { ...facts, disabled };
    const summary = `set ${changedNames(given)} of ${JSON.stringify(wanted)}: ${JSON.stringify(given)}`;
    await changeSetting(
      context,
      {
        ...named(wanted),
        entry: changed(stored?.entry ?? {}, facts),
        ...(disabled === undefined ? {} : { disabled }),
        change: stored === undefined ? 'create' : 'update',
      },
      { verb: 'set', summary },
    );
    return spellModel(known(context, wanted));
  },
});

const remove = procedure({
  name: 'models.delete',
  method: 'DELETE',
  path,
  summary: 'Take out what was set of a model here. The model itself stays as its provider has it.',
  role: 'admin',
  scope: 'house',
  status: 200,
  input: z.strictObject({ id }),
  output: modelShape,
  run: async (context, input) => {
    refuseAlias(context, input.id);
    const before = known(context, input.id);
    await removeSetting(context, named(input.id), `took out what was set of ${JSON.stringify(input.id)}`);
    return spellModel(before);
  },
});

export const models = [list, get, set, remove] as const;

/** What can be asked for, what is switched off, and what something was set of although nobody lists it. */
function everyModel({
  models: listedNow,
  configuration,
}: Pick<Context, 'models' | 'configuration'>): readonly ModelHere[] {
  const overrides = new Map(configuration.read().models.map((one) => [one.name, one]));
  const there = listedNow().map((model): ModelHere => {
    const override = model.provider === undefined ? undefined : overrides.get(model.id);
    return override === undefined ? model : { ...model, override };
  });
  const seen = new Set(there.map((model) => model.id));
  const others = [...overrides.values()]
    .filter(({ name }) => !seen.has(name))
    .map((override): ModelHere => {
      const { name } = override;
      return { id: name, provider: name.slice(0, name.indexOf('/')), operations: [], override };
    });
  return [...there, ...others].toSorted(inOrder);
}

/** What everybody may know. */
function askable({ models: listedNow }: Pick<Context, 'models'>): readonly ModelHere[] {
  return listedNow()
    .filter(({ disabled }) => disabled !== true)
    .toSorted(inOrder);
}

function known(context: Pick<Context, 'models' | 'configuration'>, wanted: string): ModelHere {
  const found = everyModel(context).find((model) => model.id === wanted);
  if (found !== undefined) return found;
  throw unlisted('model', wanted, 'id');
}

function named(wanted: string) {
  return { kind: 'model', name: wanted } as const;
}

function refuseAlias(context: Pick<Context, 'configuration'>, wanted: string): void {
  if (settingOf(context, { kind: 'alias', name: wanted }) === undefined) return;
  const sentence = `${JSON.stringify(wanted)} is an alias; change it with PATCH /admin/v1/aliases/${encodeURIComponent(wanted)}.`;
  throw new Failure('resource-conflict', sentence, { param: 'id' });
}

/** The page behind a cursor, which says where in the order it stands: what it was made of may be gone by now. */
function pageBehind(models: readonly ModelHere[], { limit, after }: Page): Listed<ModelHere> {
  const before = after === undefined ? undefined : placeIn(after);
  const rest = before === undefined ? models : models.filter((model) => inOrder(model, before) > 0);
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  return { data, ...(last === undefined || rest.length === data.length ? {} : { next: cursorOf(last) }) };
}

type Place = Pick<ModelHere, 'id' | 'provider'>;

function cursorOf({ id: name, provider }: Place): string {
  return `${provider === undefined ? 'alias' : 'model'}:${name}`;
}

function placeIn(cursor: string): Place {
  const [, kind, name] = /^(alias|model):(.+)$/s.exec(cursor) ?? [];
  if (name !== undefined && (kind === 'alias' || name.includes('/')))
    return { id: name, ...(kind === 'alias' ? {} : { provider: name.slice(0, name.indexOf('/')) }) };
  const sentence = `after is ${JSON.stringify(cursor)}, which is no cursor of this list.`;
  throw new Failure('request-invalid', sentence, { param: 'after' });
}

/** Aliases first, then models by provider and name. */
function inOrder(a: Place, b: Place): number {
  return compared(a.provider ?? '', b.provider ?? '') || compared(a.id, b.id);
}

/** By code units, so that the order is the same on every machine. */
function compared(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
