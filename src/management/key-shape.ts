import { z } from 'zod';
import type { Role } from '../core/call.ts';
import type { Key } from '../store/store.ts';
import type { Context } from './context.ts';
import { limitShapes, spellLimits } from './limit-shape.ts';
import { moment, spellMoment } from './moment.ts';

export const roles = ['client', 'admin'] as const satisfies readonly Role[];

const fields = {
  id: z.string(),
  name: z.string(),
  hint: z.string().describe('The first characters of the secret, to recognise it by.'),
  role: z.enum(roles),
  project_id: z.string(),
  models: z.array(z.string()).nullable().describe('The models and aliases it may use; null means all.'),
  ...limitShapes,
  created_at: moment,
  expires_at: moment.nullable(),
  revoked_at: moment.nullable(),
  previous_expires_at: moment
    .nullable()
    .describe('Until when the secret before this one opens too; null if it does not.'),
};
export const keyShape = z.object(fields).meta({ title: 'Key' });
export const newKeyShape = z
  .object({ ...fields, key: z.string().describe('The secret. It is shown now and never again.') })
  .meta({ title: 'NewKey' });

export function spellKey(key: Key, context: Pick<Context, 'balanceOf'>): z.input<typeof keyShape> {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    role: key.role,
    project_id: key.projectId,
    models: key.models === undefined ? null : [...key.models],
    ...spellLimits(key, { kind: 'key', id: key.id }, context),
    created_at: spellMoment(key.createdAt),
    expires_at: spellMoment(key.expiresAt),
    revoked_at: spellMoment(key.revokedAt),
    previous_expires_at: spellMoment(key.previous?.expiresAt),
  };
}
