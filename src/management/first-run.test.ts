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
});
