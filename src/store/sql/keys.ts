import type { Kysely } from 'kysely';
import type { Key, Keys } from '../store.ts';
import { recorded } from './audit.ts';
import { cutOf, listed } from './page.ts';
import { present } from './present.ts';
import { asWrite } from './queries.ts';
import type { Register } from './register.ts';
import type { KeyRow, Schema } from './schema.ts';
import { limitedOf, limitedRow } from './stored-limits.ts';
import type { KnownTenants } from './tenants.ts';
import type { Writer } from './writer.ts';

export interface KeyTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
  readonly tenants: KnownTenants;
  readonly known: Register<Key>;
}

/** Keys, all in memory: they are looked up on every call. */
export function openKeys({ database, writer, tenants, known: register }: KeyTools): Keys {
  const byMac = new Map(register.all().flatMap(doorsOf));
  const remember = (key: Key): void => {
    const before = register.get(key.id);
    for (const [mac] of before === undefined ? [] : doorsOf(before)) byMac.delete(mac);
    register.replace(key);
    for (const [mac, opened] of doorsOf(key)) byMac.set(mac, opened);
  };
  return {
    find: (mac) => byMac.get(mac),
    get: (id) => Promise.resolve(register.get(id)),
    async create(key, audit) {
      tenants.organisations.known(key.organisationId, 'organisation_id');
      tenants.projects.known(key.projectId, 'project_id');
      await register.add(key, () => writer.write(recorded(database, insertion(database, key), audit)));
      remember(key);
    },
    async update(key, audit) {
      register.known(key.id, 'id');
      await writer.write(recorded(database, replacement(database, key), audit));
      remember(key);
    },
    async list({ organisationId, projectId, ...page }) {
      const { limit, before } = cutOf(page);
      const numbered = register.all().map((key, position) => ({ key, position }));
      const found = numbered
        .slice(0, before)
        .filter(({ key }) => (organisationId ?? key.organisationId) === key.organisationId)
        .filter(({ key }) => (projectId ?? key.projectId) === key.projectId)
        .reverse()
        .slice(0, limit + 1);
      return listed(found, limit, { item: ({ key }) => key, position: ({ position }) => position });
    },
    async revoke(id, at, audit) {
      const key = register.get(id);
      if (key === undefined) return false;
      if (key.revokedAt !== undefined) return true;
      await writer.write(recorded(database, revocation(database, id, at), audit));
      remember({ ...key, revokedAt: register.get(id)?.revokedAt ?? at });
      return true;
    },
  };
}

/** Under which digests a key is found, and as what: the secret before the last ends when it was told to. */
function doorsOf(key: Key): readonly (readonly [mac: string, key: Key])[] {
  const { previous } = key;
  if (previous === undefined) return [[key.mac, key]];
  const expiresAt = Math.min(previous.expiresAt, key.expiresAt ?? previous.expiresAt);
  return [
    [previous.mac, { ...key, expiresAt }],
    [key.mac, key],
  ];
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
    ...limitedOf(row),
    ...present({
      models: row.models === null ? null : modelList(row.models),
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      previous: previousOf(row),
    }),
  };
}

function previousOf({
  previous_mac: mac,
  previous_expires_at: expiresAt,
}: KeyRow): NonNullable<Key['previous']> | null {
  return mac === null || expiresAt === null ? null : { mac, expiresAt };
}

function keyRow(key: Key): KeyRow {
  return {
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
    previous_mac: key.previous?.mac ?? null,
    previous_expires_at: key.previous?.expiresAt ?? null,
    ...limitedRow(key),
  };
}

function insertion(database: Kysely<Schema>, key: Key) {
  return asWrite(
    database
      .insertInto('keys')
      .values(keyRow(key))
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
}

function replacement(database: Kysely<Schema>, key: Key) {
  return asWrite(database.updateTable('keys').set(keyRow(key)).where('id', '=', key.id));
}

function revocation(database: Kysely<Schema>, id: string, at: number) {
  return asWrite(
    database.updateTable('keys').set({ revoked_at: at }).where('id', '=', id).where('revoked_at', 'is', null),
  );
}

function modelList(text: string): readonly string[] {
  return JSON.parse(text);
}
