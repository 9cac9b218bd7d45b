import type { Principal, Role } from '../core/call.ts';
import { Failure } from '../core/failure.ts';

/** What a new key is to be allowed. */
export interface WantedRights {
  readonly role: Role;
  readonly models?: readonly string[] | undefined;
}

/** Throws `permission-denied` if a key would get a right that its creator does not have. */
export function refuseBeyond(creator: Principal, wanted: WantedRights): void {
  if (wanted.role === 'admin' && creator.role !== 'admin') {
    throw new Failure('permission-denied', 'role is admin, but the key that asks has the role client.', {
      param: 'role',
    });
  }
  const own = creator.models;
  if (own === undefined) return;
  if (wanted.models === undefined) {
    throw new Failure(
      'permission-denied',
      `models is missing, which means all, but the key that asks may use only ${own.join(', ')}; name some of them.`,
      { param: 'models' },
    );
  }
  const beyond = wanted.models.findIndex((model) => !own.includes(model));
  if (beyond === -1) return;
  throw new Failure(
    'permission-denied',
    `models[${beyond}] is ${JSON.stringify(wanted.models[beyond])}, but the key that asks may use only ${own.join(', ')}.`,
    { param: `models[${beyond}]` },
  );
}
