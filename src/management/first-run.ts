import type { Role } from '../core/call.ts';
import type { Clock, Digest, Ids } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import type { AuditRecord, Key, Project, Store } from '../store/store.ts';
import { keyFrom, secretPrefix } from './new-key.ts';
import { ownRecord } from './own-record.ts';

export interface FirstRunTools {
  readonly store: Store;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly digest: Digest;
}

/** Keys from the environment: taken instead of made, and never printed. */
export interface GivenKeys {
  readonly admin?: Secret;
  readonly client?: Secret;
}

/** Secrets that were made just now, to be shown once; empty on every later start. */
export interface MadeKeys {
  readonly admin?: string;
  readonly client?: string;
}

/**
 * Sees to it that there is a project and a key of each role. A store without keys gets both; a key from the environment
 * that is not known yet is taken up on any start, so that an operator who lost the first one has a way back in.
 */
export async function firstRun(tools: FirstRunTools, given: GivenKeys): Promise<MadeKeys> {
  const [known] = await tools.store.tenants.projects();
  const project = known ?? (await defaultProject(tools));
  const isFirst = (await tools.store.keys.list({ limit: 1 })).data.length === 0;
  const admin = await keyOf(tools, { role: 'admin', given: given.admin, project, isFirst });
  const client = await keyOf(tools, { role: 'client', given: given.client, project, isFirst });
  return { ...(admin === undefined ? {} : { admin }), ...(client === undefined ? {} : { client }) };
}

async function defaultProject({ store, ids, clock }: FirstRunTools): Promise<Project> {
  const createdAt = clock.now();
  const organisation = { id: ids.make('org'), name: 'default', createdAt };
  const project = { id: ids.make('proj'), organisationId: organisation.id, name: 'default', createdAt };
  const made = { ...ownStart, organisationId: organisation.id, summary: 'created "default"' };
  await store.tenants.createOrganisation(
    organisation,
    ownRecord({ ids, clock }, { ...made, procedure: 'organisations.create', subject: organisation.id }),
  );
  await store.tenants.createProject(
    project,
    ownRecord({ ids, clock }, { ...made, procedure: 'projects.create', subject: project.id }),
  );
  return project;
}

/** Nobody asked for it but the start itself, with what stood in its environment. */
const ownStart = { actor: 'start' } as const;

function recordOf(tools: FirstRunTools, { id, name, role, organisationId }: Key): AuditRecord {
  const summary = `created ${JSON.stringify(name)}, role ${role}`;
  return ownRecord(tools, { ...ownStart, organisationId, procedure: 'keys.create', subject: id, summary });
}

interface Wanted {
  readonly role: Role;
  readonly given: Secret | undefined;
  readonly project: Project;
  readonly isFirst: boolean;
}

/** The secret, if one was made that somebody must be told. */
async function keyOf(tools: FirstRunTools, { role, given, project, isFirst }: Wanted): Promise<string | undefined> {
  const { store, digest, ids } = tools;
  if (given === undefined && !isFirst) return undefined;
  const secret = given?.reveal() ?? ids.secret(secretPrefix);
  if (store.keys.find(digest.mac(secret)) !== undefined) return undefined;
  const name = given === undefined ? `first ${role} key` : `${role} key from the environment`;
  const key = keyFrom(tools, { secret, name, role, project });
  await store.keys.create(key, recordOf(tools, key));
  return given === undefined ? secret : undefined;
}
