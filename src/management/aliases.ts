import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { EntryInForce } from './configuration.ts';
import type { Context } from './context.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { changeSetting, knownSetting, removeSetting } from './setting-change.ts';
import { changeable, changed, changedNames, settingFields, spellSetting } from './setting-shape.ts';

const name = z
  .string()
  .min(1)
  .max(200)
  // Whoever resolves an address takes these two out of it, encoded or not: nobody could read or delete such an alias.
  .refine((text) => text !== '.' && text !== '..', 'another name than . and .., which stand in no address')
  .describe('As callers write it instead of a model.');
const reference = z.string().min(1).max(600);
const shared = { role: 'admin', scope: 'house' } as const;

const fields = {
  target: reference.describe('The model to ask first, `provider/model`, or another alias.'),
  fallback: z.array(reference).max(100).describe('What to ask instead when it fails, in order.'),
  pin: reference.describe('A model that must not move; it stands alone.'),
};

const aliasShape = z
  .object({
    ...settingFields,
    target: z.string().nullable().describe('As it was set, or the first model it leads to.'),
    fallback: z.array(z.string()),
    pin: z.string().nullable(),
    models: z.array(z.string()).describe('The models it leads to, in order; none if it is not in force.'),
  })
  .meta({ title: 'Alias' });

const list = procedure({
  ...shared,
  name: 'aliases.list',
  method: 'GET',
  path: '/admin/v1/aliases',
  summary: 'List aliases, from the configuration and from here.',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(aliasShape),
  run: async ({ configuration }, input) => {
    const all = configuration.read().aliases.map((alias) => ({ id: alias.name, alias }));
    return listed(pageIn(all, pageOf(input)), ({ alias }) => spellAlias(alias));
  },
});

const get = procedure({
  ...shared,
  name: 'aliases.get',
  method: 'GET',
  path: '/admin/v1/aliases/{name}',
  summary: 'Read an alias.',
  status: 200,
  input: z.strictObject({ name }),
  output: aliasShape,
  run: async (context, input) => spellAlias(known(context, input.name)),
});

const create = procedure({
  ...shared,
  name: 'aliases.create',
  method: 'POST',
  path: '/admin/v1/aliases',
  summary: 'Add an alias: a name for a model, with others to fall back on; or a pin.',
  status: 201,
  input: z.strictObject({ name, ...z.object(fields).partial().shape }),
  output: aliasShape,
  run: async (context, { name: wanted, ...given }) => {
    await changeSetting(
      context,
      { ...named(wanted), entry: entryOf({}, given), change: 'create' },
      { verb: 'create', summary: `added ${JSON.stringify(wanted)}: ${JSON.stringify(given)}` },
    );
    return spellAlias(known(context, wanted));
  },
});

const update = procedure({
  ...shared,
  name: 'aliases.update',
  method: 'PATCH',
  path: '/admin/v1/aliases/{name}',
  summary: 'Change an alias; what is null is taken out, what is left out stays.',
  status: 200,
  input: z.strictObject({ name, ...changeable(fields) }),
  output: aliasShape,
  run: async (context, { name: wanted, ...given }) => {
    const stored = known(context, wanted).stored?.entry ?? {};
    const summary = `changed ${changedNames(given)} of ${JSON.stringify(wanted)}: ${JSON.stringify(given)}`;
    await changeSetting(
      context,
      { ...named(wanted), entry: entryOf(stored, given), change: 'update' },
      { verb: 'update', summary },
    );
    return spellAlias(known(context, wanted));
  },
});

const remove = procedure({
  ...shared,
  name: 'aliases.delete',
  method: 'DELETE',
  path: '/admin/v1/aliases/{name}',
  summary: 'Take an alias out.',
  status: 200,
  input: z.strictObject({ name }),
  output: aliasShape,
  run: async (context, input) => {
    const before = known(context, input.name);
    await removeSetting(context, named(input.name));
    return spellAlias(before);
  },
});

export const aliases = [list, get, create, update, remove] as const;

function known(context: Pick<Context, 'configuration'>, wanted: string): EntryInForce {
  return knownSetting(context, named(wanted));
}

function named(wanted: string) {
  return { kind: 'alias', name: wanted } as const;
}

interface Given {
  readonly target?: string | null | undefined;
  readonly fallback?: readonly string[] | null | undefined;
  readonly pin?: string | null | undefined;
}

/** The file has a list of targets, for the day when there may be several. */
function entryOf(stored: JsonObject, { target, ...others }: Given): JsonObject {
  return changed(stored, { ...others, ...(target === undefined ? {} : { targets: target && [{ model: target }] }) });
}

function spellAlias(alias: EntryInForce): z.input<typeof aliasShape> {
  const { entry, stored } = alias;
  const set = stored?.entry ?? entry;
  const models = stored?.mistake === undefined ? [targetIn(entry) ?? textIn(entry, 'pin'), ...fallbackIn(entry)] : [];
  return {
    ...spellSetting(alias),
    target: targetIn(set) ?? null,
    fallback: [...fallbackIn(set)],
    pin: textIn(set, 'pin') ?? null,
    models: models.filter((model) => model !== undefined),
  };
}

function targetIn({ targets }: JsonObject): string | undefined {
  const [first] = Array.isArray(targets) ? targets : [];
  return typeof first?.model === 'string' ? first.model : undefined;
}

function fallbackIn({ fallback }: JsonObject): readonly string[] {
  return Array.isArray(fallback) ? fallback.filter((one) => typeof one === 'string') : [];
}

function textIn(entry: JsonObject, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' ? value : undefined;
}
