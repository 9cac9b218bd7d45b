import { expect, test } from 'bun:test';
import type { Principal } from '../core/call.ts';
import { refuseBeyond, type WantedRights } from './key-rights.ts';

const unbound: Principal = { keyId: 'key_1', projectId: 'proj_1', organisationId: 'org_1', role: 'admin' };
const bound: Principal = { ...unbound, models: ['fast', 'slow'] };
const client: Principal = { ...unbound, role: 'client' };

interface Case {
  readonly title: string;
  readonly creator: Principal;
  readonly wanted: WantedRights;
}

test.each<Case>([
  { title: 'an unbound administrator gives every right', creator: unbound, wanted: { role: 'admin' } },
  { title: 'a bound creator gives some of its models', creator: bound, wanted: { role: 'admin', models: ['slow'] } },
  { title: 'a client gives what a client has', creator: client, wanted: { role: 'client', models: ['fast'] } },
])('$title', ({ creator, wanted }) => {
  expect(() => refuseBeyond(creator, wanted)).not.toThrow();
});

test.each<Case & { readonly param: string }>([
  { title: 'a client gives no admin role', creator: client, wanted: { role: 'admin' }, param: 'role' },
  { title: 'a bound creator does not give all models', creator: bound, wanted: { role: 'client' }, param: 'models' },
  {
    title: 'a bound creator gives no model that it may not use itself',
    creator: bound,
    wanted: { role: 'client', models: ['fast', 'x'] },
    param: 'models[1]',
  },
])('$title', ({ creator, wanted, param }) => {
  expect(() => refuseBeyond(creator, wanted)).toThrow(
    expect.objectContaining({ kind: 'permission-denied', details: { param } }),
  );
});
