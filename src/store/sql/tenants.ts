import type { Kysely } from 'kysely';
import type { Organisation, Project, Tenants } from '../store.ts';
import { asWrite } from './queries.ts';
import { Register } from './register.ts';
import type { Schema } from './schema.ts';
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
    createOrganisation: (organisation) =>
      organisations.add(organisation, () => {
        const { id, name, createdAt: created_at } = organisation;
        const row = database.insertInto('organisations').values({ id, name, created_at });
        return writer.write(asWrite(row.onConflict((conflict) => conflict.column('id').doNothing())));
      }),
    async createProject(project) {
      const { id, organisationId: organisation_id, name, createdAt: created_at } = project;
      organisations.known(organisation_id, 'organisation_id');
      await projects.add(project, () => {
        const row = database.insertInto('projects').values({ id, organisation_id, name, created_at });
        return writer.write(asWrite(row.onConflict((conflict) => conflict.column('id').doNothing())));
      });
    },
  };
}

/** Everybody there is, from the disk. */
export async function loadTenants(database: Kysely<Schema>): Promise<KnownTenants> {
  const organisations = await database.selectFrom('organisations').selectAll().orderBy('position').execute();
  const projects = await database.selectFrom('projects').selectAll().orderBy('position').execute();
  return {
    organisations: new Register(
      'organisation',
      organisations.map(({ id, name, created_at }) => ({ id, name, createdAt: created_at })),
    ),
    projects: new Register(
      'project',
      projects.map(({ id, organisation_id, name, created_at }) => ({
        id,
        organisationId: organisation_id,
        name,
        createdAt: created_at,
      })),
    ),
  };
}
