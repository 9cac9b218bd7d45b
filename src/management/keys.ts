import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../core/ports.ts';
import type { Key, Limited } from '../store/store.ts';
import { auditRecord } from './audit-record.ts';
import type { Context } from './context.ts';
import { refuseBeyond } from './key-rights.ts';
import { keyShape, newKeyShape, roles, spellKey } from './key-shape.ts';
import { forceField, refuseLast } from './last-administrator.ts';
import { refuseLooser } from './limit-rights.ts';
import { limitFields, readLimits, volatileLimits, type WantedLimits, withoutLimits } from './limit-shape.ts';
import { moment, readMoment } from './moment.ts';
import { hintOf, keyFrom, secretPrefix } from './new-key.ts';
import { unlisted } from './noun.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { projectFor } from './projects.ts';
import { reaches, within } from './reach.ts';
import { changedNames } from './setting-shape.ts';

const idField = z.string().min(1).max(200).describe('The id of a key: `key_…`.');
const nameField = z.string().min(1).max(200);
const modelsField = z.array(z.string().min(1).max(500)).min(1).max(1000);

const create = procedure({
  name: 'keys.create',
  method: 'POST',
  path: '/admin/v1/keys',
  summary: 'Create a key. Its secret is in this answer and nowhere else.',
  role: 'admin',
  status: 201,
  input: z.strictObject({
    name: nameField,
    project_id: z.string().min(1).max(200).optional().describe('By default the default project.'),
    models: modelsField.optional().describe('The models and aliases it may use; leave it out for all.'),
    expires_at: moment.optional(),
    role: z.enum(roles).default('client'),
    ...limitFields,
  }),
  output: newKeyShape,
  run: async (context, input) => {
    refuseBeyond(context.principal, input);
    const limits = readLimits(context, input);
    refuseLooser(ownLimits(context), limits);
    const project = await projectFor(context, input.project_id);
    const secret = context.ids.secret(secretPrefix);
    const key = keyFrom(context, {
      secret,
      name: input.name,
      role: input.role,
      project,
      ...limits,
      ...(input.models === undefined ? {} : { models: input.models }),
      ...(input.expires_at === undefined ? {} : { expiresAt: future(context.clock, 'expires_at', input.expires_at) }),
    });
    const may = key.models === undefined ? 'every model' : key.models.join(', ');
    const summary = `created ${JSON.stringify(key.name)}, role ${key.role}, project ${key.projectId}, for ${may}${limitWords(input)}`;
    await context.store.keys.create(key, told(context, 'keys.create', { key, summary }));
    return { ...spellKey(key, context), key: secret };
  },
});

const list = procedure({
  name: 'keys.list',
  method: 'GET',
  path: '/admin/v1/keys',
  summary: 'List keys, revoked ones too, newest first.',
  role: 'admin',
  status: 200,
  input: z.strictObject({ ...pageFields, project_id: z.string().min(1).max(200).optional() }),
  output: listOf(keyShape),
  run: async (context, { project_id: projectId, ...page }) =>
    listed(
      await context.store.keys.list({
        ...pageOf(page),
        ...(await within(context)),
        ...(projectId === undefined ? {} : { projectId }),
      }),
      (key) => spellKey(key, context),
    ),
});

const get = procedure({
  name: 'keys.get',
  method: 'GET',
  path: '/admin/v1/keys/{id}',
  summary: 'Read a key.',
  role: 'admin',
  volatile: volatileLimits,
  status: 200,
  input: z.strictObject({ id: idField }),
  output: keyShape,
  run: async (context, { id }) => spellKey(await known(context, id), context),
});

const update = procedure({
  name: 'keys.update',
  method: 'PATCH',
  path: '/admin/v1/keys/{id}',
  summary:
    'Change a key\u2019s name, models, expiry or limits. Its secret stays; what it may is judged anew from the next call on.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    id: idField,
    name: nameField.optional(),
    models: modelsField.nullable().optional().describe('Null for all.'),
    expires_at: moment.nullable().optional().describe('Null for never.'),
    force: forceField,
    ...limitFields,
  }),
  output: keyShape,
  run: async (context, { id, force, ...change }) => {
    const before = await withinRights(context, id);
    const { models: oldModels, expiresAt: oldExpiry, ...rest } = withoutLimits(before);
    const models = change.models === undefined ? oldModels : (change.models ?? undefined);
    const expiresAt = newExpiry(context.clock, change.expires_at, oldExpiry);
    if (expiresAt !== undefined && expiresAt < (oldExpiry ?? Number.POSITIVE_INFINITY))
      await refuseLast(context, before, { at: expiresAt, param: 'expires_at', force });
    const key: Key = {
      ...rest,
      ...readLimits(context, change, before),
      name: change.name ?? before.name,
      ...(models === undefined ? {} : { models }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    refuseBeyond(context.principal, key);
    refuseLooser(ownLimits(context), key);
    const summary = `changed ${changedNames(change)} of ${JSON.stringify(before.name)}: ${JSON.stringify(change)}`;
    await context.store.keys.update(key, told(context, 'keys.update', { key, summary }));
    return spellKey(key, context);
  },
});

const rotate = procedure({
  name: 'keys.rotate',
  method: 'POST',
  path: '/admin/v1/keys/{id}/rotate',
  summary:
    'Give a key another secret, which is in this answer and nowhere else. The old one may go on opening for a while.',
  role: 'admin',
  status: 200,
  input: z.strictObject({
    id: idField,
    keep_old_until: moment.optional().describe('Until when the old secret opens too; by default it stops now.'),
  }),
  output: newKeyShape,
  run: async (context, { id, keep_old_until: until }) => {
    const { previous: _, ...before } = await withinRights(context, id);
    const secret = context.ids.secret(secretPrefix);
    const expiresAt = until === undefined ? undefined : future(context.clock, 'keep_old_until', until);
    const key: Key = {
      ...before,
      mac: context.digest.mac(secret),
      hint: hintOf(secret),
      ...(expiresAt === undefined ? {} : { previous: { mac: before.mac, expiresAt } }),
    };
    const end = until === undefined ? 'stops now' : `opens until ${until}`;
    const summary = `gave ${JSON.stringify(key.name)} another secret; the old one ${end}`;
    await context.store.keys.update(key, told(context, 'keys.rotate', { key, summary }));
    return { ...spellKey(key, context), key: secret };
  },
});

const revoke = procedure({
  name: 'keys.revoke',
  method: 'DELETE',
  path: '/admin/v1/keys/{id}',
  summary: 'Revoke a key at once and for good. Revoking it again keeps the first time.',
  role: 'admin',
  status: 200,
  input: z.strictObject({ id: idField, force: forceField }),
  output: keyShape,
  run: async (context, { id, force }) => {
    const key = await known(context, id);
    await refuseLast(context, key, { at: context.clock.now(), param: 'id', force });
    const summary = `revoked ${JSON.stringify(key.name)}`;
    await context.store.keys.revoke(id, context.clock.now(), told(context, 'keys.revoke', { key, summary }));
    return spellKey(await known(context, id), context);
  },
});

export const keys = [create, list, get, update, rotate, revoke] as const;

async function known(context: Context, id: string): Promise<Key> {
  const key = await context.store.keys.get(id);
  if (key !== undefined && (await reaches(context, key.organisationId))) return key;
  throw unlisted('key', id, 'id');
}

function limitWords({ budgets, rate_limits }: WantedLimits): string {
  return budgets === undefined && rate_limits === undefined ? '' : `, with ${JSON.stringify({ budgets, rate_limits })}`;
}

/** What every call of the key that asks is held to by itself; its project's and organisation's limits hold others too. */
function ownLimits({ store, principal }: Context): Limited {
  const own = store.limits.of(principal).find(({ owner }) => owner.kind === 'key');
  return own ?? {};
}

/** Whoever changes a key could use it: it must not be able to do more than who changes it. */
async function withinRights(context: Context, id: string): Promise<Key> {
  const key = await known(context, id);
  refuseBeyond(context.principal, key);
  refuseLooser(ownLimits(context), key);
  if (key.revokedAt === undefined) return key;
  throw new Failure('resource-conflict', `The key ${id} is revoked, for good; create another one.`, { param: 'id' });
}

function told(context: Context, name: string, { key, summary }: { readonly key: Key; readonly summary: string }) {
  return auditRecord(context, { procedure: name, subject: key.id, summary });
}

/** Left out it stays as it was; null takes it out. */
function newExpiry(clock: Clock, wanted: string | null | undefined, before: number | undefined): number | undefined {
  if (wanted === undefined) return before;
  return wanted === null ? undefined : future(clock, 'expires_at', wanted);
}

function future(clock: Clock, param: string, text: string): number {
  const at = readMoment(text);
  if (at > clock.now()) return at;
  throw new Failure('request-invalid', `${param} is ${text}, which is over; it must lie in the future.`, { param });
}
