import { z } from 'zod';
import { auditShape, spellAudit } from './audit.ts';
import { auditRecord } from './audit-record.ts';
import type { ConfigurationInForce, ConfigurationMistake } from './configuration.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';

const shared = { role: 'admin', scope: 'house' } as const;

const mistakeShape = z.object({
  place: z.string().describe('File, line and column, or what else holds it.'),
  key: z.string(),
  message: z.string().describe('What was found, and what is wanted.'),
});

const configShape = z
  .object({
    file: z.string().nullable().describe('The file it came from; null if there is none.'),
    settings: z
      .record(z.string(), z.unknown())
      .describe(
        'Everything in force in the words of the file, `***` for what is secret. What was set of single models stands at `/admin/v1/models`.',
      ),
    not_in_force: z.array(mistakeShape).describe('What was set here and cannot be used as things are.'),
    warnings: z.array(mistakeShape).describe('Aliases that lead to nothing but what is switched off.'),
  })
  .meta({ title: 'Configuration' });

const read = procedure({
  ...shared,
  name: 'config.get',
  method: 'GET',
  path: '/admin/v1/config',
  summary: 'Read the configuration in force: file, environment and what was set here. Secrets are not told.',
  status: 200,
  input: z.strictObject({}),
  output: configShape,
  run: async ({ configuration }) => spellConfig(configuration.read()),
});

const validate = procedure({
  ...shared,
  name: 'config.validate',
  method: 'POST',
  path: '/admin/v1/config/validate',
  summary: 'Tell what would be wrong with a text in the place of the configuration file. Nothing is changed.',
  status: 200,
  changes: 'nothing',
  input: z.strictObject({ text: z.string().max(900_000).describe('YAML.') }),
  output: z.object({ valid: z.boolean(), mistakes: z.array(mistakeShape) }).meta({ title: 'ConfigurationCheck' }),
  run: async ({ configuration }, { text }) => {
    const mistakes = configuration.validate(text);
    return { valid: mistakes.length === 0, mistakes: [...mistakes] };
  },
});

const reload = procedure({
  ...shared,
  name: 'config.reload',
  method: 'POST',
  path: '/admin/v1/config/reload',
  summary: 'Read the configuration file again. If it cannot be used, everything stays as it was.',
  status: 200,
  input: z.strictObject({}),
  output: configShape,
  run: async (context) => {
    const told = { procedure: 'config.reload', subject: 'configuration', summary: 'the configuration was read again' };
    await context.configuration.reload(auditRecord(context, told));
    return spellConfig(context.configuration.read());
  },
});

/** Every procedure that changes what is configured. */
const changing = [
  'config.reload',
  'config.start',
  ...['create', 'update', 'delete', 'disable', 'enable'].map((verb) => `providers.${verb}`),
  ...['create', 'update', 'delete'].map((verb) => `aliases.${verb}`),
  ...['set', 'delete'].map((verb) => `models.${verb}`),
  'prices.set',
  'prices.take',
  'secrets.rotate',
];

const history = procedure({
  ...shared,
  name: 'config.history',
  method: 'GET',
  path: '/admin/v1/config/history',
  summary: 'List what was changed in the configuration, by whom and when, newest first.',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(auditShape),
  run: async ({ store }, input) =>
    listed(await store.audit.list({ ...pageOf(input), procedures: changing }), spellAudit),
});

export const config = [read, validate, reload, history] as const;

function spellConfig({ file, settings, leftOut, warnings }: ConfigurationInForce): z.input<typeof configShape> {
  return {
    file: file ?? null,
    settings: { ...settings },
    not_in_force: leftOut.map(spellMistake),
    warnings: warnings.map(spellMistake),
  };
}

function spellMistake({ place, key, message }: ConfigurationMistake): z.input<typeof mistakeShape> {
  return { place, key, message };
}
