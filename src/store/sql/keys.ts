import type { Kysely } from 'kysely';
import type { Key, Keys } from '../store.ts';
import { cutOf, listed } from './page.ts';
import { present } from './present.ts';
import { asWrite } from './queries.ts';
import { Register } from './register.ts';
import type { KeyRow, Schema } from './schema.ts';
import type { KnownTenants } from './tenants.ts';
import type { Writer } from './writer.ts';

export interface KeyTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
  readonly tenants: KnownTenants;
  /** Every key there is, oldest first. */
  readonly known: readonly Key[];
}

/** Keys, all in memory: they are looked up on every call. */
export function openKeys({ database, writer, tenants, known }: KeyTools): Keys {
  const register = new Register('key', known);
  const byMac = new Map(known.map((key) => [key.mac, key]));
  const remember = (key: Key): void => {
    register.replace(key);
    byMac.set(key.mac, key);
  };
  return {
    find: (mac) => byMac.get(mac),
    get: (id) => Promise.resolve(register.get(id)),
    async create(key) {
      tenants.organisations.known(key.organisationId, 'organisation_id');
      tenants.projects.known(key.projectId, 'project_id');
      await register.add(key, () => writer.write(insertion(database, key)));
      remember(key);
    },
    async list(page) {
      const { limit, before } = cutOf(page);
      const numbered = register.all().map((key, position) => ({ key, position }));
      const found = numbered
        .slice(0, before)
        .reverse()
        .slice(0, limit + 1);
      return listed(found, limit, { item: ({ key }) => key, position: ({ position }) => position });
    },
    async revoke(id, at) {
      const key = register.get(id);
      if (key === undefined) return false;
      if (key.revokedAt !== undefined) return true;
      await writer.write(revocation(database, id, at));
      remember({ ...key, revokedAt: register.get(id)?.revokedAt ?? at });
      return true;
    },
  };
}

/** Every key there is, from the disk, oldest first. */
export async function loadKeys(database: Kysely<Schema>): Promise<readonly Key[]> {
  const rows = await database.selectFrom('keys').selectAll().orderBy('position').execute();
  return rows.map(keyOf);
}

function keyOf(row: KeyRow): Key {
  return {
    id: row.id,
    name: row.name,
    mac: row.mac,
    hint: row.hint,
    role: row.role,
    projectId: row.project_id,
    organisationId: row.organisation_id,
    createdAt: row.created_at,
    ...present({
      models: row.models === null ? null : modelList(row.models),
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
    }),
  };
}

function insertion(database: Kysely<Schema>, key: Key) {
  return asWrite(
    database
      .insertInto('keys')
      .values({
        id: key.id,
        name: key.name,
        mac: key.mac,
        hint: key.hint,
        role: key.role,
        project_id: key.projectId,
        organisation_id: key.organisationId,
        models: key.models === undefined ? null : JSON.stringify(key.models),
        created_at: key.createdAt,
        expires_at: key.expiresAt ?? null,
        revoked_at: key.revokedAt ?? null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
}

function revocation(database: Kysely<Schema>, id: string, at: number) {
  return asWrite(
    database.updateTable('keys').set({ revoked_at: at }).where('id', '=', id).where('revoked_at', 'is', null),
  );
}

function modelList(text: string): readonly string[] {
  return JSON.parse(text);
}
