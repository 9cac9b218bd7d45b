import type { Authenticated, Call, Policy, Principal } from '../core/call.ts';
import { Failure } from '../core/failure.ts';
import type { Clock, Digest } from '../core/ports.ts';
import type { Keys } from '../store/store.ts';

export interface AuthenticationTools {
  readonly keys: Pick<Keys, 'find'>;
  readonly digest: Digest;
  readonly clock: Clock;
}

/** Nothing below is anonymous: turns what the caller presented into who it is. */
export function authenticate(tools: AuthenticationTools): Policy<Call, Authenticated> {
  return (next) => (call) => next({ ...call, principal: identify(tools, call.credential) });
}

/**
 * Who holds this credential. A key that is unknown, revoked or expired gets the same answer, so that nobody learns
 * which keys ever existed.
 */
export function identify({ keys, digest, clock }: AuthenticationTools, credential: string | undefined): Principal {
  if (credential === undefined || credential === '') {
    throw new Failure('credential-missing', 'No API key was sent; send a Trestle key as `Authorization: Bearer tr-…`.');
  }
  const key = keys.find(digest.mac(credential));
  if (key === undefined || key.revokedAt !== undefined || (key.expiresAt ?? Infinity) <= clock.now()) {
    throw new Failure(
      'credential-invalid',
      'This API key is not known here, or no longer valid; ask the administrator of this Trestle for a new one.',
    );
  }
  return {
    keyId: key.id,
    projectId: key.projectId,
    organisationId: key.organisationId,
    role: key.role,
    ...(key.models === undefined ? {} : { models: key.models }),
  };
}
