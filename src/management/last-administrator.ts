import { z } from 'zod';
import { Failure } from '../core/failure.ts';
import type { Key } from '../store/store.ts';
import type { Context } from './context.ts';

export const forceField = z
  .boolean()
  .optional()
  .describe('Even if it is the last administrator key that opens; the way back is a start with `TRESTLE_ADMIN_KEY`.');

/** When a key is to stop opening, and whether whoever wants it knows what that means. */
export interface Closing {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly param: string;
  readonly force?: boolean | undefined;
}

/** Throws `resource-conflict` if nobody could manage what a key manages once it has stopped opening. */
export async function refuseLast(context: Context, key: Key, { at, param, force = false }: Closing): Promise<void> {
  if (force || !opens(key, context.clock.now()) || (await hasOther(context, key, at))) return;
  const shown = `${key.id} (${JSON.stringify(key.name)})`;
  throw new Failure(
    'resource-conflict',
    `${shown} is the last administrator key that opens: without it nobody could manage anything here. Create another one first, with role admin; or say force: true, and come back by a start with TRESTLE_ADMIN_KEY set to a new key.`,
    { param },
  );
}

/** Another administrator of the same organisation, or of the house. */
async function hasOther({ store }: Context, key: Key, at: number): Promise<boolean> {
  const [own] = await store.tenants.organisations();
  const reaches = ({ organisationId }: Key): boolean => [key.organisationId, own?.id].includes(organisationId);
  let after: string | undefined;
  do {
    const { data, next } = await store.keys.list({ limit: 1000, ...(after === undefined ? {} : { after }) });
    if (data.some((other) => other.id !== key.id && opens(other, at) && reaches(other))) return true;
    after = next;
  } while (after !== undefined);
  return false;
}

function opens({ role, revokedAt, expiresAt = Number.POSITIVE_INFINITY }: Key, at: number): boolean {
  return role === 'admin' && revokedAt === undefined && expiresAt > at;
}
