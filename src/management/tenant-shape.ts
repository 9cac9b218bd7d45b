import { z } from 'zod';
import type { LimitOwner } from '../core/limit.ts';
import type { Organisation, Project } from '../store/store.ts';
import type { Context } from './context.ts';
import { limitFields, limitShapes, spellLimits } from './limit-shape.ts';
import { moment, spellMoment } from './moment.ts';

export const tenantId = z.string().min(1).max(200);
export const tenantName = z.string().min(1).max(200);

/** What may be changed of an organisation or a project. */
export const tenantChangeFields = {
  id: tenantId,
  name: tenantName.optional(),
  archived: z.boolean().optional(),
  ...limitFields,
};

/** What every organisation and project tells of itself. */
export const tenantFields = {
  id: z.string(),
  name: z.string(),
  ...limitShapes,
  created_at: moment,
  archived_at: moment.nullable().describe('Nothing new is made in it from then on; null if it is in use.'),
};

export function spellTenant(
  kind: Exclude<LimitOwner['kind'], 'key'>,
  { id, name, createdAt, archivedAt, ...limits }: Organisation | Project,
  context: Pick<Context, 'balanceOf'>,
) {
  const told = spellLimits(limits, { kind, id }, context);
  return { id, name, ...told, created_at: spellMoment(createdAt), archived_at: spellMoment(archivedAt) };
}
