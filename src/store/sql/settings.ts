import type { Kysely } from 'kysely';
import type { AuditRecord, Setting, Settings } from '../store.ts';
import { recorded } from './audit.ts';
import type { Row } from './batch.ts';
import { present } from './present.ts';
import { asWrite } from './queries.ts';
import type { Schema, SettingRow } from './schema.ts';
import type { Writer } from './writer.ts';

export interface SettingTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
}

/** What operators configured while Trestle ran. It is asked for when the configuration is put together, not on every call. */
export function openSettings({ database, writer }: SettingTools): Settings {
  return {
    async all() {
      const rows = await database.selectFrom('settings').selectAll().orderBy('kind').orderBy('name').execute();
      return rows.map(setting);
    },
    async save(settings, audit) {
      const [first, ...others] = settings.map(settingRow);
      if (first === undefined) return;
      const { sql } = database
        .insertInto('settings')
        .values(first)
        .onConflict((conflict) =>
          conflict.columns(['kind', 'name']).doUpdateSet(({ ref }) => ({
            entry: ref('excluded.entry'),
            sealed: ref('excluded.sealed'),
            disabled: ref('excluded.disabled'),
            version: ref('excluded.version'),
            created_at: ref('excluded.created_at'),
            updated_at: ref('excluded.updated_at'),
          })),
        )
        .compile();
      const rows = [first, ...others].map((row): Row => Object.values(row));
      await writer.write(recorded(database, { sql, rows }, audit));
    },
    async remove({ kind, name }, audit?: AuditRecord) {
      const gone = asWrite(database.deleteFrom('settings').where('kind', '=', kind).where('name', '=', name));
      await writer.write(recorded(database, gone, audit));
    },
  };
}

function settingRow(setting: Setting): SettingRow {
  return {
    kind: setting.kind,
    name: setting.name,
    entry: JSON.stringify(setting.entry),
    sealed: setting.sealed ?? null,
    disabled: setting.disabled ? 1 : 0,
    version: setting.version,
    created_at: setting.createdAt,
    updated_at: setting.updatedAt,
  };
}

function setting(row: SettingRow): Setting {
  return {
    kind: row.kind,
    name: row.name,
    entry: JSON.parse(row.entry),
    ...present({ sealed: row.sealed }),
    disabled: row.disabled === 1,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
