import { describe, expect, test } from 'bun:test';
import { administrator, fakeContext, noon, stoppedClock } from '../../test/fakes/surroundings.ts';
import { identify } from '../policies/authenticate.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

const hour = 3_600_000;

async function withKey(fields: object = {}): Promise<{ context: Context; id: string; secret: string }> {
  const context = await fakeContext();
  const { id, key } = await run('keys.create', context, { name: 'web', ...fields });
  return { context, id: String(id), secret: String(key) };
}

describe('keys.update', () => {
  test('changes what is given and keeps the rest; null takes out', async () => {
    const { context, id, secret } = await withKey({ models: ['fast'], expires_at: '2027-01-01T00:00:00Z' });
    expect(await run('keys.update', context, { id, name: 'site' })).toMatchObject({
      name: 'site',
      models: ['fast'],
      expires_at: '2027-01-01T00:00:00.000Z',
    });
    expect(await run('keys.update', context, { id, models: null, expires_at: null })).toMatchObject({
      name: 'site',
      models: null,
      expires_at: null,
    });
    expect(opener(context, secret)).toBe(id);
  });

  test('is in force at once', async () => {
    const { context, id, secret } = await withKey();
    await run('keys.update', context, { id, models: ['slow'] });
    const tools = { keys: context.store.keys, digest: context.digest, clock: context.clock };
    expect(identify(tools, secret).models).toEqual(['slow']);
  });

  test.each([
    { what: 'an expiry that is over', input: { expires_at: '2020-01-01T00:00:00Z' }, param: 'expires_at' },
    { what: 'an empty list of models', input: { models: [] }, param: 'models' },
    { what: 'another role', input: { role: 'admin' }, param: 'role' },
  ])('refuses $what', async ({ input, param }) => {
    const { context, id } = await withKey();
    await expect(run('keys.update', context, { id, ...input })).rejects.toMatchObject({ details: { param } });
  });

  test('gives nobody more than who changes it has, and touches nobody who has more', async () => {
    const { context, id } = await withKey({ models: ['fast'] });
    const strong = await run('keys.create', context, { name: 'all' });
    const bound = { ...context, principal: { ...administrator, models: ['fast'] } };
    await expect(run('keys.update', bound, { id, models: null })).rejects.toMatchObject({ kind: 'permission-denied' });
    await expect(run('keys.update', bound, { id: strong['id'], name: 'x' })).rejects.toMatchObject({
      kind: 'permission-denied',
    });
    await expect(run('keys.rotate', bound, { id: strong['id'] })).rejects.toMatchObject({ kind: 'permission-denied' });
    expect(await run('keys.update', bound, { id, name: 'mine' })).toMatchObject({ name: 'mine', models: ['fast'] });
  });
});

describe('keys.rotate', () => {
  test('gives another secret, and the old one stops at once', async () => {
    const { context, id, secret } = await withKey();
    const rotated = await run('keys.rotate', context, { id });
    expect(rotated).toMatchObject({ id, name: 'web', previous_expires_at: null });
    expect(opener(context, String(rotated['key']))).toBe(id);
    expect(opener(context, secret)).toBe('nobody');
    expect(JSON.stringify(await run('keys.get', context, { id }))).not.toContain(String(rotated['key']));
  });

  test('the old secret goes on opening until it is told to stop, and never longer than the key', async () => {
    const { context, id, secret } = await withKey({ expires_at: new Date(noon + 3 * hour).toISOString() });
    const rotated = await run('keys.rotate', context, { id, keep_old_until: new Date(noon + hour).toISOString() });
    const at = (ms: number): Context => ({ ...context, clock: stoppedClock(noon + ms) });
    const both = (ms: number) => [secret, String(rotated['key'])].map((one) => opener(at(ms), one));
    expect([both(0), both(hour - 1), both(hour), both(3 * hour)]).toEqual([
      [id, id],
      [id, id],
      ['nobody', id],
      ['nobody', 'nobody'],
    ]);
  });

  test('revoking ends both secrets; a revoked key is neither changed nor rotated', async () => {
    const { context, id, secret } = await withKey();
    const rotated = await run('keys.rotate', context, { id, keep_old_until: new Date(noon + hour).toISOString() });
    await run('keys.revoke', context, { id });
    expect([opener(context, secret), opener(context, String(rotated['key']))]).toEqual(['nobody', 'nobody']);
    for (const name of ['keys.rotate', 'keys.update'])
      await expect(run(name, context, { id })).rejects.toMatchObject({ kind: 'resource-conflict' });
  });

  test('no secret stands in the record of it', async () => {
    const { context, id, secret } = await withKey();
    const { key } = await run('keys.rotate', context, { id });
    const text = JSON.stringify(await context.store.audit.list({ limit: 10 }));
    for (const word of [secret, String(key), context.digest.mac(secret)]) expect(text).not.toContain(word);
  });
});

describe('projects and organisations', () => {
  test('an archived one takes nothing new, and is archived only when none of its keys opens', async () => {
    const context = await fakeContext();
    const project = await run('projects.create', context, { name: 'shop' });
    const { id } = project;
    const key = await run('keys.create', context, { name: 'web', project_id: id });
    await expect(run('projects.update', context, { id, archived: true })).rejects.toMatchObject({
      kind: 'resource-conflict',
      message: expect.stringContaining(String(key['id'])),
    });
    await run('keys.revoke', context, { id: key['id'] });
    expect(await run('projects.update', context, { id, archived: true, name: 'old shop' })).toMatchObject({
      name: 'old shop',
      archived_at: '2026-11-21T12:00:00.000Z',
    });
    await expect(run('keys.create', context, { name: 'web', project_id: id })).rejects.toMatchObject({
      kind: 'resource-conflict',
    });
    expect(await run('projects.update', context, { id, archived: false })).toMatchObject({ archived_at: null });
  });

  test('a new organisation has administrators of its own', async () => {
    const fake = await fakeContext();
    const ids = { ...fake.ids, make: (prefix: string) => fake.ids.make(`${prefix}_new`) };
    const context = { ...fake, ids };
    const { id } = await run('organisations.create', context, { name: 'Acme' });
    const project = await run('projects.create', context, { name: 'shop', organisation_id: id });
    const key = await run('keys.create', context, { name: 'boss', role: 'admin', project_id: project['id'] });
    const tools = { keys: context.store.keys, digest: context.digest, clock: context.clock };
    const theirs = { ...context, principal: identify(tools, String(key['key'])) };
    expect(await run('organisations.list', theirs, {})).toMatchObject({ data: [{ id, name: 'Acme' }] });
    expect(await run('projects.list', theirs, {})).toMatchObject({ data: [{ name: 'shop' }] });
    await expect(run('projects.list', theirs, { organisation_id: 'org_1' })).rejects.toMatchObject({
      kind: 'resource-unknown',
    });
    await expect(run('organisations.create', theirs, { name: 'x' })).rejects.toMatchObject({
      kind: 'permission-denied',
    });
  });
});

/** Whose key a secret opens. */
function opener({ store, digest, clock }: Context, secret: string): string {
  try {
    return identify({ keys: store.keys, digest, clock }, secret).keyId;
  } catch {
    return 'nobody';
  }
}

async function run(name: string, context: Context, input: unknown): Promise<Record<string, unknown>> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`no procedure ${name}`);
  return await perform(procedure, context, input);
}
