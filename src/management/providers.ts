import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { EntryInForce } from './configuration.ts';
import type { Context } from './context.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { providerFields, providerShape, secretFields, spellProvider } from './provider-shape.ts';
import { changeSetting, knownSetting, removeSetting } from './setting-change.ts';
import { changeable, changed, changedNames } from './setting-shape.ts';

const name = z
  .string()
  .min(1)
  .max(64)
  .describe('The first part of its models\u2019 names: `openai` in `openai/gpt-5-mini`.');
const shared = { role: 'admin', scope: 'house' } as const;
const everyField = { ...providerFields, ...secretFields };

const list = procedure({
  ...shared,
  name: 'providers.list',
  method: 'GET',
  path: '/admin/v1/providers',
  summary: 'List providers, from the configuration and from here, with what their calls have shown of them.',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(providerShape),
  run: async ({ configuration, health }, input) => {
    const all = configuration.read().providers.map((provider) => ({ id: provider.name, provider }));
    return listed(pageIn(all, pageOf(input)), ({ id, provider }) => spellProvider(provider, health.of(id)));
  },
});

const get = procedure({
  ...shared,
  name: 'providers.get',
  method: 'GET',
  path: '/admin/v1/providers/{name}',
  summary: 'Read a provider, with what its calls have shown of it and of each model. Its credential is never told.',
  status: 200,
  input: z.strictObject({ name }),
  output: providerShape,
  volatile: ['health'],
  run: async (context, input) => told(context, known(context, input.name)),
});

const create = procedure({
  ...shared,
  name: 'providers.create',
  method: 'POST',
  path: '/admin/v1/providers',
  summary: 'Add a provider; it serves the next call. Its credential is kept sealed.',
  status: 201,
  input: z.strictObject({ name, ...z.object(everyField).partial().shape, disabled: z.boolean().default(false) }),
  output: providerShape,
  run: async (context, { name: wanted, disabled, ...fields }) => {
    const { entry, secrets } = parted(fields);
    const summary = `added ${JSON.stringify(wanted)} with ${changedNames(fields)}`;
    await changeSetting(
      context,
      { ...named(wanted), entry: changed({}, entry), secrets: changed({}, secrets), disabled, change: 'create' },
      { verb: 'create', summary },
    );
    return changedNow(context, wanted);
  },
});

const update = procedure({
  ...shared,
  name: 'providers.update',
  method: 'PATCH',
  path: '/admin/v1/providers/{name}',
  summary: 'Change a provider; what is null is taken out, what is left out stays.',
  status: 200,
  input: z.strictObject({ name, ...changeable(everyField), disabled: z.boolean().optional() }),
  output: providerShape,
  run: async (context, { name: wanted, disabled, ...fields }) => {
    const { entry, secrets } = parted(fields);
    const stored = known(context, wanted).stored?.entry ?? {};
    const summary = `changed ${changedNames({ ...fields, disabled })} of ${JSON.stringify(wanted)}`;
    await changeSetting(
      context,
      {
        ...named(wanted),
        entry: changed(stored, entry),
        ...(Object.values(secrets).every((value) => value === undefined) ? {} : { secrets: given(secrets) }),
        ...(disabled === undefined ? {} : { disabled }),
        change: 'update',
      },
      { verb: 'update', summary },
    );
    return changedNow(context, wanted);
  },
});

const remove = procedure({
  ...shared,
  name: 'providers.delete',
  method: 'DELETE',
  path: '/admin/v1/providers/{name}',
  summary: 'Take a provider out, with its credential. What it did stays in the books.',
  status: 200,
  input: z.strictObject({ name }),
  output: providerShape,
  run: async (context, input) => {
    const before = known(context, input.name);
    await removeSetting(context, named(input.name));
    context.health.forget(input.name);
    return told(context, before);
  },
});

const disable = switching(
  'disable',
  'Switch a provider off for now: calls go to the next target of an alias, or are refused in words.',
);
const enable = switching('enable', 'Switch a provider on again.');

function switching<Verb extends 'disable' | 'enable'>(verb: Verb, summary: string) {
  const disabled = verb === 'disable';
  return procedure({
    ...shared,
    name: `providers.${verb}` as const,
    method: 'POST',
    path: `/admin/v1/providers/{name}/${verb}`,
    summary,
    status: 200,
    input: z.strictObject({ name }),
    output: providerShape,
    run: async (context, input) => {
      const entry = known(context, input.name).stored?.entry ?? {};
      await changeSetting(
        context,
        { ...named(input.name), entry, disabled, change: 'update' },
        { verb, summary: `switched ${JSON.stringify(input.name)} ${disabled ? 'off' : 'on'}` },
      );
      return changedNow(context, input.name);
    },
  });
}

const test = procedure({
  ...shared,
  name: 'providers.test',
  method: 'POST',
  path: '/admin/v1/providers/{name}/test',
  summary: 'Show a provider\u2019s credential to its vendor, by a question that costs nothing.',
  status: 200,
  changes: 'nothing',
  input: z.strictObject({ name }),
  output: z
    .object({
      outcome: z.enum(['accepted', 'refused', 'unreachable', 'undecided']),
      message: z.string().describe('What was seen, and what to do.'),
      status: z.int().nullable().describe("Of the vendor's answer."),
      latency_ms: z.int(),
    })
    .meta({ title: 'ProviderTest' }),
  run: async (context, input) => {
    const { stored } = known(context, input.name);
    if (stored?.mistake !== undefined) {
      throw new Failure('resource-conflict', `${input.name} is not in force: ${stored.mistake}`, { param: 'name' });
    }
    const { outcome, message, status, latencyMs } = await context.probe(input.name);
    return { outcome, message, status: status ?? null, latency_ms: latencyMs };
  },
});

export const providers = [list, get, create, update, remove, disable, enable, test] as const;

function known(context: Pick<Context, 'configuration'>, wanted: string): EntryInForce {
  return knownSetting(context, named(wanted));
}

function named(wanted: string) {
  return { kind: 'provider', name: wanted } as const;
}

function told({ health }: Pick<Context, 'health'>, provider: EntryInForce) {
  return spellProvider(provider, health.of(provider.name));
}

/** After a change: what calls showed of it before says nothing any more. */
function changedNow(context: Context, name: string) {
  context.health.forget(name);
  return told(context, known(context, name));
}

type Fields = { readonly [field: string]: unknown };

/** What may be told, and what may not. */
function parted(fields: Fields): { readonly entry: Fields; readonly secrets: Fields } {
  const of = (isSecret: boolean): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([field]) => field in secretFields === isSecret));
  return { entry: of(false), secrets: of(true) };
}

function given(secrets: Fields) {
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
