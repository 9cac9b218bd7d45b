import { expect, test } from 'bun:test';
import { fakeContext, noon, stoppedClock } from '../../test/fakes/surroundings.ts';
import type { Key } from '../store/store.ts';
import type { Context } from './context.ts';
import { procedures } from './index.ts';
import { perform } from './perform.ts';

async function run(name: string, context: Context, input: unknown): Promise<unknown> {
  const procedure = procedures.find((one) => one.name === name);
  if (procedure === undefined) throw new Error(`there is no ${name}`);
  return await perform(procedure, context, input);
}

/** A house with these keys; the first organisation is the house's own. */
async function having(...keys: readonly Partial<Key>[]): Promise<Context> {
  const context = await fakeContext();
  for (const [index, changes] of keys.entries()) {
    const id = `key_${index + 1}`;
    const own = { projectId: 'proj_default', organisationId: 'org_1', createdAt: noon - 9 };
    await context.store.keys.create({ id, name: id, mac: `mac-${id}`, hint: 'tr-', role: 'admin', ...own, ...changes });
  }
  return context;
}

const refusal = { kind: 'resource-conflict', message: expect.stringMatching(/last administrator.*TRESTLE_ADMIN_KEY/) };
const revoke = (context: Context, more: object = {}): Promise<unknown> =>
  run('keys.revoke', context, { id: 'key_1', ...more });

test.each([
  ['there is no other', []],
  ['the others are clients', [{ role: 'client' as const }]],
  ['the other is revoked', [{ revokedAt: noon - 1 }]],
  ['the other is over', [{ expiresAt: noon }]],
  ['the other is of an organisation that reaches nothing here', [{ organisationId: 'org_2' }]],
])('the last administrator key is not revoked where %s, but by force', async (_, others) => {
  const context = await having({}, ...others);
  await expect(revoke(context)).rejects.toMatchObject(refusal);
  expect((await context.store.keys.get('key_1'))?.revokedAt).toBeUndefined();
  expect((await context.store.audit.list({ limit: 10 })).data).toEqual([]);
  expect(await revoke(context, { force: true })).toMatchObject({ revoked_at: '2026-11-21T12:00:00.000Z' });
});

test('one of two is, and one of another organisation, which the house can help', async () => {
  expect(await revoke(await having({}, {}))).toMatchObject({ id: 'key_1' });
  const context = await having({ organisationId: 'org_1' }, { organisationId: 'org_2' });
  expect(await run('keys.revoke', context, { id: 'key_2' })).toMatchObject({ id: 'key_2' });
});

test('one that opens no more is revoked as ever', async () => {
  const context = await having({ expiresAt: noon - 1 });
  expect(await revoke(context)).toMatchObject({ id: 'key_1' });
  expect(await revoke({ ...context, clock: stoppedClock(noon + 5) })).toMatchObject({ id: 'key_1' });
});

test('an end is given to it only where another outlives it, or by force', async () => {
  const soon = '2026-11-21T12:00:01Z';
  const update = (context: Context, more: object): Promise<unknown> =>
    run('keys.update', context, { id: 'key_1', ...more });
  const alone = await having({}, { expiresAt: noon + 500 });
  await expect(update(alone, { expires_at: soon })).rejects.toMatchObject({
    ...refusal,
    details: { param: 'expires_at' },
  });
  expect(await update(alone, { expires_at: soon, force: true })).toMatchObject({
    expires_at: '2026-11-21T12:00:01.000Z',
  });
  expect(await update(alone, { expires_at: null })).toMatchObject({ expires_at: null });
  expect(await update(await having({}, {}), { expires_at: soon })).toMatchObject({ id: 'key_1' });
  expect(await update(alone, { name: 'renamed' })).toMatchObject({ name: 'renamed' });
});
