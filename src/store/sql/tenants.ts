import type { Kysely } from 'kysely';
import type { Organisation, Project, Tenants } from '../store.ts';
import { recorded } from './audit.ts';
import { present } from './present.ts';
import { asWrite } from './queries.ts';
import { Register } from './register.ts';
import type { OrganisationRow, ProjectRow, Schema } from './schema.ts';
import { limitedOf, limitedRow } from './stored-limits.ts';
import type { Writer } from './writer.ts';

export interface KnownTenants {
  readonly organisations: Register<Organisation>;
  readonly projects: Register<Project>;
}

export interface TenantTools {
  readonly database: Kysely<Schema>;
  readonly writer: Pick<Writer, 'write'>;
  readonly known: KnownTenants;
}

export function openTenants({ database, writer, known: { organisations, projects } }: TenantTools): Tenants {
  return {
    organisations: () => Promise.resolve(organisations.all()),
    projects: () => Promise.resolve(projects.all()),
    createOrganisation: (organisation, audit) =>
      organisations.add(organisation, () => {
        const row = database.insertInto('organisations').values(organisationRow(organisation));
        const write = asWrite(row.onConflict((conflict) => conflict.column('id').doNothing()));
        return writer.write(recorded(database, write, audit));
      }),
    async updateOrganisation(organisation, audit) {
      organisations.known(organisation.id, 'id');
      const { id: _, created_at: __, ...row } = organisationRow(organisation);
      const change = database.updateTable('organisations').set(row).where('id', '=', organisation.id);
      await writer.write(recorded(database, asWrite(change), audit));
      organisations.replace(organisation);
    },
    async createProject(project, audit) {
      organisations.known(project.organisationId, 'organisation_id');
      await projects.add(project, () => {
        const row = database.insertInto('projects').values(projectRow(project));
        const write = asWrite(row.onConflict((conflict) => conflict.column('id').doNothing()));
        return writer.write(recorded(database, write, audit));
      });
    },
    async updateProject(project, audit) {
      projects.known(project.id, 'id');
      const { id: _, created_at: __, organisation_id: ___, ...row } = projectRow(project);
      const change = database.updateTable('projects').set(row).where('id', '=', project.id);
      await writer.write(recorded(database, asWrite(change), audit));
      projects.replace(project);
    },
  };
}

/** Everybody there is, from the disk. */
export async function loadTenants(database: Kysely<Schema>): Promise<KnownTenants> {
  const organisations = await database.selectFrom('organisations').selectAll().orderBy('position').execute();
  const projects = await database.selectFrom('projects').selectAll().orderBy('position').execute();
  return {
    organisations: new Register('organisation', organisations.map(organisationOf)),
    projects: new Register(
      'project',
      projects.map((row) => ({ ...organisationOf(row), organisationId: row.organisation_id })),
    ),
  };
}

function organisationOf({ id, name, created_at, archived_at, ...row }: OrganisationRow): Organisation {
  return { id, name, createdAt: created_at, ...limitedOf(row), ...present({ archivedAt: archived_at }) };
}

function organisationRow({ id, name, createdAt, archivedAt, ...limited }: Organisation): OrganisationRow {
  return { id, name, created_at: createdAt, archived_at: archivedAt ?? null, ...limitedRow(limited) };
}

function projectRow(project: Project): ProjectRow {
  return { ...organisationRow(project), organisation_id: project.organisationId };
}
