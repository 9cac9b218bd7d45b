import { auditRecord } from './audit-record.ts';
import type { EntryInForce, SettingName, WantedSetting } from './configuration.ts';
import type { Context } from './context.ts';
import { nouns, unlisted } from './noun.ts';

type Configured = Pick<Context, 'configuration'>;

/** What is in force of a setting, whoever set it; undefined if nobody did. */
export function settingOf({ configuration }: Configured, { kind, name }: SettingName): EntryInForce | undefined {
  return configuration.read()[nouns[kind]].find((one) => one.name === name);
}

export function knownSetting(context: Configured, setting: SettingName): EntryInForce {
  const found = settingOf(context, setting);
  if (found === undefined) throw unlisted(setting.kind, setting.name, 'name');
  return found;
}

/** What is done to a setting, and the words for it. */
export interface SettingChange {
  readonly verb: string;
  readonly summary: string;
}

/** Sets it, with the record of who did. */
export async function changeSetting(context: Context, wanted: WantedSetting, told: SettingChange): Promise<void> {
  await context.configuration.set(wanted, recordOf(context, wanted, told));
}

/** Takes it out, with the record of who did. */
export async function removeSetting(
  context: Context,
  { kind, name }: SettingName,
  summary = `took ${JSON.stringify(name)} out`,
): Promise<void> {
  const told = { verb: 'delete', summary };
  await context.configuration.remove({ kind, name }, recordOf(context, { kind, name }, told));
}

function recordOf(context: Context, { kind, name }: SettingName, { verb, summary }: SettingChange) {
  return auditRecord(context, { procedure: `${nouns[kind]}.${verb}`, subject: name, summary });
}
