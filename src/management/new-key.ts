import type { Role } from '../core/call.ts';
import type { Clock, Digest, Ids } from '../core/ports.ts';
import type { Key, Limited, Project } from '../store/store.ts';

/** What every secret begins with. */
export const secretPrefix = 'tr-';

/** What a key is made of. */
export interface KeyParts extends Limited {
  readonly secret: string;
  readonly name: string;
  readonly role: Role;
  readonly project: Pick<Project, 'id' | 'organisationId'>;
  readonly models?: readonly string[];
  readonly expiresAt?: number;
}

/** A new key for this secret, of which it keeps the digest and a hint alone. */
export function keyFrom(
  { ids, clock, digest }: { readonly ids: Ids; readonly clock: Clock; readonly digest: Digest },
  { secret, project, ...parts }: KeyParts,
): Key {
  return {
    ...parts,
    id: ids.make('key'),
    mac: digest.mac(secret),
    hint: hintOf(secret),
    projectId: project.id,
    organisationId: project.organisationId,
    createdAt: clock.now(),
  };
}

/** The first characters of a secret, by which people recognise it. */
export function hintOf(secret: string): string {
  return secret.slice(0, Math.min(hintLength, Math.floor(secret.length / 4)));
}

const hintLength = 8;
