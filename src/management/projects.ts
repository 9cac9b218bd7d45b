import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Project } from '../store/store.ts';
import type { Context } from './context.ts';
import { moment, spellMoment } from './moment.ts';
import { listed, listOf, pageFields, pageIn, pageOf } from './page.ts';
import { procedure } from './procedure.ts';

const projectShape = z
  .object({ id: z.string(), name: z.string(), organisation_id: z.string(), created_at: moment })
  .meta({ title: 'Project' });

const create = procedure({
  name: 'projects.create',
  method: 'POST',
  path: '/admin/v1/projects',
  summary: 'Create a project: keys and their costs belong to one.',
  role: 'admin',
  status: 201,
  input: z.strictObject({ name: z.string().min(1).max(200) }),
  output: projectShape,
  reserved: {
    budgets: 'this version of Trestle cannot hold a budget; leave the field out.',
    rate_limits: 'this version of Trestle cannot hold a rate limit; leave the field out.',
  },
  run: async ({ store, ids, clock, principal }, { name }) => {
    const project = {
      id: ids.make('proj'),
      organisationId: principal.organisationId,
      name,
      createdAt: clock.now(),
    };
    await store.tenants.createProject(project);
    return spellProject(project);
  },
});

const list = procedure({
  name: 'projects.list',
  method: 'GET',
  path: '/admin/v1/projects',
  summary: 'List projects, newest first.',
  role: 'admin',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(projectShape),
  run: async (context, input) => {
    const newestFirst = (await ownProjects(context)).toReversed();
    return listed(pageIn(newestFirst, pageOf(input)), spellProject);
  },
});

export const projects = [create, list] as const;

/** The project of this id, or the default one: the oldest of the organisation that asks. */
export async function projectFor(context: Context, id: string | undefined): Promise<Project> {
  const own = await ownProjects(context);
  const project = id === undefined ? own[0] : own.find((one) => one.id === id);
  if (project !== undefined) return project;
  if (id === undefined) {
    throw new Failure('resource-unknown', 'There is no project yet; POST /admin/v1/projects creates one.');
  }
  throw new Failure(
    'resource-unknown',
    `There is no project ${JSON.stringify(id)}; GET /admin/v1/projects lists them.`,
    { param: 'project_id' },
  );
}

/** Oldest first. */
async function ownProjects({ store, principal }: Context): Promise<readonly Project[]> {
  const all = await store.tenants.projects();
  return all
    .filter((project) => project.organisationId === principal.organisationId)
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

function spellProject(project: Project): z.input<typeof projectShape> {
  return {
    id: project.id,
    name: project.name,
    organisation_id: project.organisationId,
    created_at: spellMoment(project.createdAt),
  };
}
