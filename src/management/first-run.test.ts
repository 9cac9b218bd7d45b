import { describe, expect, test } from 'bun:test';
import { fakeStore } from '../../test/fakes/store.ts';
import { fakeDigest, fakeIds, noon, stoppedClock } from '../../test/fakes/surroundings.ts';
import { secret } from '../core/secret.ts';
import { firstRun } from './first-run.ts';

function tools() {
  return { store: fakeStore(), ids: fakeIds(), clock: stoppedClock(noon), digest: fakeDigest };
}

describe('first run', () => {
  test('an empty store gets a project and a key of each role, whose secrets are told once', async () => {
    const first = tools();
    const made = await firstRun(first, {});
    expect(Object.keys(made)).toEqual(['admin', 'client']);
    expect(first.store.keys.find(fakeDigest.mac(made.admin ?? ''))).toMatchObject({ role: 'admin' });
    expect(first.store.keys.find(fakeDigest.mac(made.client ?? ''))).toMatchObject({ role: 'client' });
    expect(await first.store.tenants.projects()).toHaveLength(1);
    expect(await firstRun(first, {})).toEqual({});
    expect((await first.store.keys.list({ limit: 10 })).data).toHaveLength(2);
  });

  test('keys from the environment are taken and not told, on a later start too', async () => {
    const first = tools();
    expect(await firstRun(first, { admin: secret('mine'), client: secret('theirs') })).toEqual({});
    expect(first.store.keys.find(fakeDigest.mac('mine'))).toMatchObject({ role: 'admin' });
    expect(await firstRun(first, { admin: secret('another'), client: secret('theirs') })).toEqual({});
    expect(first.store.keys.find(fakeDigest.mac('another'))).toMatchObject({ role: 'admin' });
    expect((await first.store.keys.list({ limit: 10 })).data).toHaveLength(3);
  });

  test('a way in that was not there before is in the audit trail, whoever opened it', async () => {
    const first = tools();
    await firstRun(first, { admin: secret('mine'), client: secret('theirs') });
    await firstRun(first, { admin: secret('another'), client: secret('theirs') });
    const { data } = await first.store.audit.list({ limit: 10 });
    expect(data.map(({ actor, procedure, summary }) => [actor, procedure, summary])).toEqual([
      ['start', 'keys.create', 'created "admin key from the environment", role admin'],
      ['start', 'keys.create', 'created "client key from the environment", role client'],
      ['start', 'keys.create', 'created "admin key from the environment", role admin'],
      ['start', 'projects.create', 'created "default"'],
      ['start', 'organisations.create', 'created "default"'],
    ]);
    expect(JSON.stringify(data)).not.toContain('another');
  });
});
