import { Failure } from '../core/failure.ts';
import type { Key, KeyQuery, Organisation } from '../store/store.ts';
import type { Context } from './context.ts';

export interface TenantChange {
  readonly name?: string | undefined;
  readonly archived?: boolean | undefined;
}

/** A tenant after a change, and what is to be told of it. */
export function archiveChange<Tenant extends Pick<Organisation, 'name' | 'archivedAt'>>(
  { clock }: Pick<Context, 'clock'>,
  before: Tenant,
  { name = before.name, archived = before.archivedAt !== undefined }: TenantChange,
): { readonly item: Tenant; readonly summary: string } {
  const { archivedAt, ...rest } = before;
  const item = { ...rest, name, ...(archived ? { archivedAt: archivedAt ?? clock.now() } : {}) } as Tenant;
  const renamed = name === before.name ? [] : [`renamed ${JSON.stringify(before.name)} to ${JSON.stringify(name)}`];
  const moved = archived === (archivedAt !== undefined) ? [] : [archived ? 'archived it' : 'took it back into use'];
  return { item, summary: [...renamed, ...moved].join(', ') || 'changed nothing' };
}

/** What is archived must not go on calling unnoticed. */
export async function refuseWhileOpen({ store, clock }: Context, where: Omit<KeyQuery, 'limit'>): Promise<void> {
  const opens = (key: Key): boolean => key.revokedAt === undefined && (key.expiresAt ?? Infinity) > clock.now();
  let after: string | undefined;
  do {
    const { data, next } = await store.keys.list({ ...where, limit: 1000, ...(after === undefined ? {} : { after }) });
    const open = data.find(opens);
    if (open !== undefined) {
      throw new Failure(
        'resource-conflict',
        `The key ${open.id} (${JSON.stringify(open.name)}) still opens; revoke it and every other key first: DELETE /admin/v1/keys/${open.id}.`,
        { param: 'archived' },
      );
    }
    after = next;
  } while (after !== undefined);
}
