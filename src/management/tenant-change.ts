import { Failure } from '../core/failure.ts';
import type { Key, KeyQuery, Organisation } from '../store/store.ts';
import type { Context } from './context.ts';
import { readLimits, type WantedLimits, withoutLimits } from './limit-shape.ts';

export interface TenantChange extends WantedLimits {
  readonly name?: string | undefined;
  readonly archived?: boolean | undefined;
}

/** A tenant after a change, and what is to be told of it. */
export function tenantChange<Tenant extends Pick<Organisation, 'name' | 'archivedAt' | 'budgets' | 'rates'>>(
  context: Pick<Context, 'clock' | 'ids'>,
  before: Tenant,
  { name = before.name, archived = before.archivedAt !== undefined, ...limits }: TenantChange,
): { readonly item: Tenant; readonly summary: string } {
  const { archivedAt, ...rest } = withoutLimits(before);
  const item = {
    ...rest,
    ...readLimits(context, limits, before),
    name,
    ...(archived ? { archivedAt: archivedAt ?? context.clock.now() } : {}),
  } as Tenant;
  const renamed = name === before.name ? [] : [`renamed ${JSON.stringify(before.name)} to ${JSON.stringify(name)}`];
  const moved = archived === (archivedAt !== undefined) ? [] : [archived ? 'archived it' : 'took it back into use'];
  const limited = [limits.budgets, limits.rate_limits].every((one) => one === undefined)
    ? []
    : [`set ${JSON.stringify(limits)}`];
  return { item, summary: [...renamed, ...moved, ...limited].join(', ') || 'changed nothing' };
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
