import { z } from 'zod';
import type { Role } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../core/ports.ts';
import type { Key } from '../store/store.ts';
import type { Context } from './context.ts';
import { refuseBeyond } from './key-rights.ts';
import { moment, readMoment, spellMoment } from './moment.ts';
import { keyFrom, secretPrefix } from './new-key.ts';
import { listed, listOf, pageFields, pageOf } from './page.ts';
import { procedure } from './procedure.ts';
import { projectFor } from './projects.ts';

const roles = ['client', 'admin'] as const satisfies readonly Role[];

const fields = {
  id: z.string(),
  name: z.string(),
  hint: z.string().describe('The first characters of the secret, to recognise it by.'),
  role: z.enum(roles),
  project_id: z.string(),
  models: z.array(z.string()).nullable().describe('The models and aliases it may use; null means all.'),
  created_at: moment,
  expires_at: moment.nullable(),
  revoked_at: moment.nullable(),
};
const keyShape = z.object(fields).meta({ title: 'Key' });
const newKeyShape = z
  .object({ ...fields, key: z.string().describe('The secret. It is shown now and never again.') })
  .meta({ title: 'NewKey' });

const idField = z.string().min(1).max(200).describe('The id of a key: `key_…`.');

const create = procedure({
  name: 'keys.create',
  method: 'POST',
  path: '/admin/v1/keys',
  summary: 'Create a key. Its secret is in this answer and nowhere else.',
  role: 'admin',
  status: 201,
  input: z.strictObject({
    name: z.string().min(1).max(200),
    project_id: z.string().min(1).max(200).optional().describe('By default the default project.'),
    models: z
      .array(z.string().min(1).max(500))
      .min(1)
      .max(1000)
      .optional()
      .describe('The models and aliases it may use; leave it out for all.'),
    expires_at: moment.optional(),
    role: z.enum(roles).default('client'),
  }),
  output: newKeyShape,
  reserved: {
    budgets: 'this version of Trestle cannot hold a budget; leave the field out, or keep the key until it can.',
    rate_limits: 'this version of Trestle cannot hold a rate limit; leave the field out, or keep the key until it can.',
  },
  run: async (context, input) => {
    refuseBeyond(context.principal, input);
    const project = await projectFor(context, input.project_id);
    const secret = context.ids.secret(secretPrefix);
    const key = keyFrom(context, {
      secret,
      name: input.name,
      role: input.role,
      project,
      ...(input.models === undefined ? {} : { models: input.models }),
      ...(input.expires_at === undefined ? {} : { expiresAt: expiry(context.clock, input.expires_at) }),
    });
    await context.store.keys.create(key);
    return { ...spellKey(key), key: secret };
  },
});

const list = procedure({
  name: 'keys.list',
  method: 'GET',
  path: '/admin/v1/keys',
  summary: 'List keys, revoked ones too, newest first.',
  role: 'admin',
  status: 200,
  input: z.strictObject(pageFields),
  output: listOf(keyShape),
  run: async ({ store }, input) => listed(await store.keys.list(pageOf(input)), spellKey),
});

const get = procedure({
  name: 'keys.get',
  method: 'GET',
  path: '/admin/v1/keys/{id}',
  summary: 'Read a key.',
  role: 'admin',
  status: 200,
  input: z.strictObject({ id: idField }),
  output: keyShape,
  run: async (context, { id }) => spellKey(await known(context, id)),
});

const revoke = procedure({
  name: 'keys.revoke',
  method: 'DELETE',
  path: '/admin/v1/keys/{id}',
  summary: 'Revoke a key at once and for good. Revoking it again keeps the first time.',
  role: 'admin',
  status: 200,
  input: z.strictObject({ id: idField }),
  output: keyShape,
  run: async (context, { id }) => {
    await context.store.keys.revoke(id, context.clock.now());
    return spellKey(await known(context, id));
  },
});

export const keys = [create, list, get, revoke] as const;

function spellKey(key: Key): z.input<typeof keyShape> {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    role: key.role,
    project_id: key.projectId,
    models: key.models === undefined ? null : [...key.models],
    created_at: spellMoment(key.createdAt),
    expires_at: spellMoment(key.expiresAt),
    revoked_at: spellMoment(key.revokedAt),
  };
}

async function known({ store }: Context, id: string): Promise<Key> {
  const key = await store.keys.get(id);
  if (key !== undefined) return key;
  throw new Failure('resource-unknown', `There is no key ${JSON.stringify(id)}; GET /admin/v1/keys lists them.`, {
    param: 'id',
  });
}

function expiry(clock: Clock, text: string): number {
  const at = readMoment(text);
  if (at > clock.now()) return at;
  throw new Failure('request-invalid', `expires_at is ${text}, which is over; it must lie in the future.`, {
    param: 'expires_at',
  });
}
