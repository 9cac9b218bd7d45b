import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Project } from '../store/store.ts';
import { auditRecord } from './audit-record.ts';
import type { Context } from './context.ts';
import { limitFields, readLimits, volatileLimits } from './limit-shape.ts';
import { unlisted } from './noun.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { organisationFor, reaches } from './reach.ts';
import { refuseWhileOpen, tenantChange } from './tenant-change.ts';
import { spellTenant, tenantChangeFields, tenantFields, tenantId, tenantName } from './tenant-shape.ts';

const { id: idField, name: nameField, ...otherFields } = tenantFields;
const projectShape = z
  .object({ id: idField, name: nameField, organisation_id: z.string(), ...otherFields })
  .meta({ title: 'Project' });

const create = procedure({
  name: 'projects.create',
  method: 'POST',
  path: '/admin/v1/projects',
  summary: 'Create a project: keys and their costs belong to one.',
  role: 'admin',
  status: 201,
  input: z.strictObject({
    name: tenantName,
    organisation_id: tenantId.optional().describe('By default the organisation of the key that asks.'),
    ...limitFields,
  }),
  output: projectShape,
  run: async (context, { name, organisation_id: organisationId = context.principal.organisationId, ...limits }) => {
    const { store, ids, clock } = context;
    const organisation = await organisationFor(context, organisationId, 'organisation_id');
    refuseWhileArchived(organisation, 'organisation_id');
    const project = {
      id: ids.make('proj'),
      organisationId,
      name,
      createdAt: clock.now(),
      ...readLimits(context, limits),
    };
    const summary = `created ${JSON.stringify(name)} in ${organisationId}`;
    const told = auditRecord(context, { procedure: 'projects.create', subject: project.id, summary });
    await store.tenants.createProject(project, told);
    return spellProject(project, context);
  },
});

const list = procedure({
  name: 'projects.list',
  method: 'GET',
  path: '/admin/v1/projects',
  summary: 'List projects, newest first.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    ...pageFields,
    organisation_id: tenantId.optional().describe('By default the organisation of the key that asks.'),
  }),
  output: listOf(projectShape),
  run: async (context, { organisation_id: organisationId = context.principal.organisationId, ...page }) => {
    await organisationFor(context, organisationId, 'organisation_id');
    const newestFirst = (await projectsOf(context, organisationId)).toReversed();
    return listed(pageIn(newestFirst, pageOf(page)), (project) => spellProject(project, context));
  },
});

const get = procedure({
  name: 'projects.get',
  method: 'GET',
  path: '/admin/v1/projects/{id}',
  summary: 'Read a project.',
  role: 'admin',
  volatile: volatileLimits,
  status: 200,
  input: z.strictObject({ id: tenantId }),
  output: projectShape,
  run: async (context, { id }) => spellProject(await known(context, id, 'id'), context),
});

const update = procedure({
  name: 'projects.update',
  method: 'PATCH',
  path: '/admin/v1/projects/{id}',
  summary: 'Rename a project, change its limits, or archive it once no key of it opens any more.',
  role: 'admin',
  status: 200,
  input: z.strictObject(tenantChangeFields),
  output: projectShape,
  run: async (context, { id, ...change }) => {
    const before = await known(context, id, 'id');
    if (change.archived === true) await refuseWhileOpen(context, { projectId: id });
    const { item: project, summary } = tenantChange(context, before, change);
    const told = auditRecord(context, { procedure: 'projects.update', subject: id, summary });
    await context.store.tenants.updateProject(project, told);
    return spellProject(project, context);
  },
});

export const projects = [create, list, get, update] as const;

/** The project of this id, or the default one: the oldest of the organisation that asks. One that is archived takes nothing new. */
export async function projectFor(context: Context, id: string | undefined): Promise<Project> {
  if (id !== undefined) {
    const project = await known(context, id, 'project_id');
    refuseWhileArchived(project, 'project_id');
    return project;
  }
  const own = await projectsOf(context, context.principal.organisationId);
  const project = own.find(({ archivedAt }) => archivedAt === undefined);
  if (project !== undefined) return project;
  throw new Failure('resource-unknown', 'There is no project yet; POST /admin/v1/projects creates one.');
}

async function known(context: Context, id: string, param: string): Promise<Project> {
  const project = (await context.store.tenants.projects()).find((one) => one.id === id);
  if (project !== undefined && (await reaches(context, project.organisationId))) return project;
  throw unlisted('project', id, param);
}

/** Oldest first. */
async function projectsOf({ store }: Context, organisationId: string): Promise<readonly Project[]> {
  const all = await store.tenants.projects();
  return all
    .filter((project) => project.organisationId === organisationId)
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

function refuseWhileArchived({ id, archivedAt }: Pick<Project, 'id' | 'archivedAt'>, param: string): void {
  if (archivedAt === undefined) return;
  throw new Failure(
    'resource-conflict',
    `${id} is archived and takes nothing new; PATCH it with archived: false first.`,
    {
      param,
    },
  );
}

function spellProject(project: Project, context: Context): z.input<typeof projectShape> {
  const { id, name, ...told } = spellTenant('project', project, context);
  return { id, name, organisation_id: project.organisationId, ...told };
}
