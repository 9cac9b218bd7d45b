import { describe, expect, test } from 'bun:test';
import { administrator, fakeContext, noon, stoppedClock } from '../../test/fakes/surroundings.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

const created = {
  id: 'key_2',
  key: 'tr-secret-number-1',
  name: 'web',
  hint: 'tr-s',
  role: 'client',
  project_id: 'proj_default',
  models: null,
  budgets: [],
  rate_limits: null,
  created_at: '2026-11-21T12:00:00.000Z',
  expires_at: null,
  revoked_at: null,
  previous_expires_at: null,
};
const { key: _secret, ...shown } = created;

describe('keys.create', () => {
  test('answers the secret once and keeps nothing but its digest and a hint', async () => {
    const context = await fakeContext();
    expect(await run('keys.create', context, { name: 'web' })).toEqual(created);
    expect(context.store.keys.find(context.digest.mac(created.key))).toEqual({
      id: 'key_2',
      name: 'web',
      mac: context.digest.mac(created.key),
      hint: 'tr-s',
      role: 'client',
      projectId: 'proj_default',
      organisationId: 'org_1',
      createdAt: noon,
    });
    expect(await run('keys.get', context, { id: 'key_2' })).toEqual(shown);
    expect(await run('keys.list', context, {})).toEqual({ data: [shown], has_more: false, next: null });
  });

  test('keeps project, models, expiry and role as asked', async () => {
    const context = await fakeContext();
    await context.store.tenants.createProject({ id: 'proj_b', organisationId: 'org_1', name: 'b', createdAt: noon });
    const wanted = { name: 'ci', project_id: 'proj_b', models: ['fast'], expires_at: '2027-01-01T01:00:00+01:00' };
    expect(await run('keys.create', context, { ...wanted, role: 'admin' })).toEqual({
      ...created,
      name: 'ci',
      role: 'admin',
      project_id: 'proj_b',
      models: ['fast'],
      expires_at: '2027-01-01T00:00:00.000Z',
    });
  });

  test('takes the oldest project of the organisation as the default one', async () => {
    const context = await fakeContext();
    const { tenants } = context.store;
    await tenants.createProject({ id: 'proj_foreign', organisationId: 'org_2', name: 'x', createdAt: noon - 9 });
    await tenants.createProject({ id: 'proj_young', organisationId: 'org_1', name: 'x', createdAt: noon - 5 });
    await tenants.createProject({ id: 'proj_older', organisationId: 'org_1', name: 'x', createdAt: noon - 5 });
    expect(await run('keys.create', context, { name: 'web' })).toMatchObject({ project_id: 'proj_older' });
  });

  test.each([
    { what: 'a project that is not there', input: { project_id: 'proj_x' }, kind: 'resource-unknown' },
    { what: 'an expiry that is over', input: { expires_at: '2026-11-21T12:00:00Z' } },
    { what: 'a day that is not in the calendar', input: { expires_at: '2027-02-30T00:00:00Z' } },
    { what: 'an empty list of models, which would read as none or as all', input: { models: [] } },
    { what: 'an unknown role', input: { role: 'root' } },
  ])('refuses $what and writes nothing', async ({ input, kind = 'request-invalid' }) => {
    const context = await fakeContext();
    const [param] = Object.keys(input);
    await expect(run('keys.create', context, { name: 'web', ...input })).rejects.toMatchObject({
      kind,
      details: { param },
    });
    expect((await context.store.keys.list({ limit: 10 })).data).toEqual([]);
  });

  test('gives no right that its creator does not have', async () => {
    const context = await fakeContext();
    const bound = { ...context, principal: { ...context.principal, models: ['fast'] } };
    await expect(run('keys.create', bound, { name: 'web' })).rejects.toMatchObject({ kind: 'permission-denied' });
    expect((await context.store.keys.list({ limit: 10 })).data).toEqual([]);
    expect(await run('keys.create', bound, { name: 'web', models: ['fast'] })).toMatchObject({ models: ['fast'] });
  });

  test('gives no project of another organisation', async () => {
    const principal = { ...administrator, projectId: 'proj_f', organisationId: 'org_2' };
    const context = await fakeContext({ principal });
    await context.store.tenants.createProject({ id: 'proj_f', organisationId: 'org_2', name: 'f', createdAt: noon });
    await expect(run('keys.create', context, { name: 'web', project_id: 'proj_default' })).rejects.toMatchObject({
      kind: 'resource-unknown',
    });
  });
});

describe('keys.list', () => {
  test('goes page by page, newest first, and ends with no cursor', async () => {
    const context = await fakeContext();
    for (const name of ['a', 'b', 'c']) await run('keys.create', context, { name });
    const first = await run('keys.list', context, { limit: 2 });
    expect(first).toMatchObject({ data: [{ name: 'c' }, { name: 'b' }], has_more: true });
    const second = await run('keys.list', context, { limit: 2, after: first['next'] });
    expect(second).toMatchObject({ data: [{ name: 'a' }], has_more: false, next: null });
  });
});

describe('keys.revoke', () => {
  test('takes effect at once, and again keeps the first time', async () => {
    const context = await fakeContext();
    await run('keys.create', context, { name: 'web' });
    const revoked = { ...shown, revoked_at: '2026-11-21T12:00:00.000Z' };
    expect(await run('keys.revoke', context, { id: 'key_2' })).toEqual(revoked);
    expect(context.store.keys.find(context.digest.mac(created.key))?.revokedAt).toBe(noon);
    const later = { ...context, clock: stoppedClock(noon + 60_000) };
    expect(await run('keys.revoke', later, { id: 'key_2' })).toEqual(revoked);
  });

  test.each(['keys.get', 'keys.revoke'])('%s of an unknown id is resource-unknown', async (name) => {
    await expect(run(name, await fakeContext(), { id: 'key_x' })).rejects.toMatchObject({
      kind: 'resource-unknown',
      message: 'There is no key "key_x"; GET /admin/v1/keys lists them.',
      details: { param: 'id' },
    });
  });
});

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}
