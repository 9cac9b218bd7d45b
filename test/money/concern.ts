import type { Budget, LimitOwner } from '../../src/core/limit.ts';
import type { Entry } from '../../src/store/store.ts';

/** Whose money an attempt spends. */
export type Spender = Pick<
  Entry,
  'requestId' | 'attempt' | 'keyId' | 'projectId' | 'organisationId' | 'endUser' | 'tags' | 'provider' | 'model'
>;

export interface Owned {
  readonly ownerKind: LimitOwner['kind'];
  readonly ownerId: string;
}

/** Whether it is the owner's money that is spent. */
export function isOwners({ ownerKind, ownerId }: Owned, spender: Spender): boolean {
  if (ownerKind === 'key') return spender.keyId === ownerId;
  return ownerKind === 'project' ? spender.projectId === ownerId : spender.organisationId === ownerId;
}

/** In this world a budget has one `*` at most. */
export function valuesOf({ match }: Budget, { endUser, tags, provider, model }: Spender): readonly string[] {
  const target = provider === undefined ? undefined : `${provider}/${model}`;
  if (match.endUser !== undefined) return matched(match.endUser, endUser === undefined ? [] : [endUser]);
  if (match.tag !== undefined) return matched(match.tag, [...new Set(tags)]);
  if (match.model !== undefined) return matched(match.model, target === undefined ? [] : [target]);
  return [''];
}

function matched(wanted: string, found: readonly string[]): readonly string[] {
  if (wanted === '*') return found;
  return found.includes(wanted) ? [''] : [];
}
