import type { Organisation, Store } from '../store/store.ts';
import type { Context } from './context.ts';
import { unlisted } from './noun.ts';

/**
 * How far an administrator reaches: over the whole house with a key of its own organisation, which is the oldest; else over the
 * organisation of the key alone.
 */
export type Reach = { readonly house: true } | { readonly house: false; readonly organisationId: string };

export async function reachOf({
  store,
  principal,
}: Pick<Context, 'principal'> & { readonly store: Pick<Store, 'tenants'> }): Promise<Reach> {
  const [own] = await store.tenants.organisations();
  const { organisationId } = principal;
  return own === undefined || own.id === organisationId ? { house: true } : { house: false, organisationId };
}

/** For queries: nothing, or the one organisation that may be seen. */
export async function within(context: Context): Promise<{ readonly organisationId?: string }> {
  const reach = await reachOf(context);
  return reach.house ? {} : { organisationId: reach.organisationId };
}

/** Whether it may be seen at all. What may not is answered like what is not there. */
export async function reaches(context: Context, organisationId: string): Promise<boolean> {
  const reach = await reachOf(context);
  return reach.house || reach.organisationId === organisationId;
}

/** The organisation of this id, if whoever asks reaches it. */
export async function organisationFor(context: Context, id: string, param: string): Promise<Organisation> {
  const all = await context.store.tenants.organisations();
  const found = all.find((one) => one.id === id);
  if (found !== undefined && (await reaches(context, found.id))) return found;
  throw unlisted('organisation', id, param);
}
