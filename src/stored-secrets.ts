import { Failure } from './core/failure.ts';
import { isJsonObject, type Json, type JsonObject } from './core/json.ts';
import type { Vault } from './core/ports.ts';
import type { SettingName, WantedSetting } from './management/configuration.ts';
import type { Setting } from './store/store.ts';

/** What the secrets of an entry are sealed for: they open nothing in another's place. */
export function purposeOf({ kind, name }: SettingName): string {
  return `${kind} ${name}`;
}

/** An entry as the file would say it, with what is secret of it. */
export function openedEntry(vault: Vault, setting: Setting): Json {
  const secrets = openedSecrets(vault, setting);
  return isJsonObject(setting.entry) ? { ...setting.entry, ...secrets } : setting.entry;
}

/** What is secret of an entry after a change: what is given anew, or taken out with null, and what was there before. */
export function mergedSecrets(vault: Vault, wanted: WantedSetting, before: Setting | undefined): JsonObject {
  const kept = before === undefined ? {} : openedSecrets(vault, before, wanted.secrets);
  return Object.fromEntries(Object.entries({ ...kept, ...wanted.secrets }).filter(([, secret]) => secret !== null));
}

export function sealedSecrets(vault: Vault, wanted: SettingName, secrets: JsonObject): { readonly sealed?: string } {
  if (Object.keys(secrets).length === 0) return {};
  return { sealed: vault.seal(JSON.stringify(secrets), purposeOf(wanted)) };
}

/**
 * Who may change an address need not know the credential that goes there, and must not learn it by sending it elsewhere: with
 * another address every secret is given anew.
 */
export function refuseMovedSecrets(vault: Vault, wanted: WantedSetting, before: Setting | undefined): void {
  if (before === undefined || addressOf(before.entry) === addressOf(wanted.entry)) return;
  const [kept] = Object.keys(openedSecrets(vault, before, wanted.secrets)).filter(
    (name) => wanted.secrets?.[name] === undefined,
  );
  if (kept === undefined) return;
  throw new Failure(
    'request-invalid',
    `type or base_url leads to another address, to which the stored ${kept} must not go unasked; give ${kept} again, or null to take it out.`,
    { param: kept },
  );
}

/** What is given anew mends an entry whose secrets cannot be opened any more. */
function openedSecrets(vault: Vault, setting: Setting, instead: JsonObject = {}): JsonObject {
  if (setting.sealed === undefined) return {};
  try {
    const secrets: unknown = JSON.parse(vault.open(setting.sealed, purposeOf(setting)));
    return isJsonObject(secrets) ? secrets : {};
  } catch (thrown) {
    if (Object.keys(instead).length > 0) return {};
    throw thrown;
  }
}

function addressOf(entry: Json): string {
  const { type = '', base_url: address = '' } = isJsonObject(entry) ? entry : {};
  return JSON.stringify([
    type,
    typeof address === 'string' && URL.canParse(address) ? new URL(address).origin : address,
  ]);
}
