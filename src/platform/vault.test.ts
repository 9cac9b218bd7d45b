import { afterAll, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asFailure } from '../core/failure.ts';
import { openVault } from './vault.ts';

const home = mkdtempSync(join(tmpdir(), 'trestle-vault-'));
afterAll(() => rmSync(home, { recursive: true }));

function failureOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (thrown) {
    return asFailure(thrown).kind;
  }
}

test('whatever is sealed for a purpose is given back for it alone, and never twice in the same form', async () => {
  const vault = await openVault(join(home, 'any'));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, purpose) => {
      const [one, other] = [vault.seal(text, purpose), vault.seal(text, purpose)];
      expect(one).not.toBe(other);
      expect(vault.open(one, purpose)).toBe(Buffer.from(text).toString());
      expect(failureOf(() => vault.open(one, `${purpose}x`))).toBe('gateway-storage-failed');
    }),
  );
});

test('a changed character anywhere is found', async () => {
  const vault = await openVault(join(home, 'changed'));
  const sealed = vault.seal('a credential', 'openai');
  for (let at = 0; at < sealed.length; at += 1) {
    const other = sealed[at] === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
    // The last character of base64 may carry bits that mean nothing.
    const same = Buffer.from(changed.split('.')[3] ?? '', 'base64url').equals(
      Buffer.from(sealed.split('.')[3] ?? '', 'base64url'),
    );
    if (same && changed.split('.').slice(0, 3).join() === sealed.split('.').slice(0, 3).join()) continue;
    expect([at, failureOf(() => vault.open(changed, 'openai'))]).toEqual([at, 'gateway-storage-failed']);
  }
});

test('the key file is made once, for its owner alone, and a later start opens what an earlier one sealed', async () => {
  const file = join(home, 'kept');
  const [first, other] = await Promise.all([openVault(file), openVault(file)]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(other.open(first.seal('secret', 'p'), 'p')).toBe('secret');
  expect((await openVault(file)).open(first.seal('secret', 'p'), 'p')).toBe('secret');
});

test('a rotation seals anew and still opens the old, until the old keys are forgotten', async () => {
  const file = join(home, 'rotated');
  const vault = await openVault(file);
  const old = vault.seal('secret', 'p');
  await vault.rotate();
  const fresh = vault.seal(vault.open(old, 'p'), 'p');
  expect([vault.isCurrent(old), vault.isCurrent(fresh)]).toEqual([false, true]);
  expect((await openVault(file)).open(old, 'p')).toBe('secret');
  await vault.forgetOld();
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
  for (const one of [vault, await openVault(file)]) {
    expect(one.open(fresh, 'p')).toBe('secret');
    expect(failureOf(() => one.open(old, 'p'))).toBe('gateway-storage-failed');
  }
});

test('a key file that others can read, or that is damaged, is refused by its name', async () => {
  const open = join(home, 'open');
  await openVault(open);
  chmodSync(open, 0o644);
  expect((await openVault(open).catch(asFailure)) as Error).toHaveProperty(
    'message',
    `${open} has mode 644, so others on this machine can use what protects the providers' credentials; run chmod 600 ${open}.`,
  );
  const damaged = join(home, 'damaged');
  writeFileSync(damaged, 'not a key\n', { mode: 0o600 });
  expect(String(await openVault(damaged).catch(asFailure))).toContain(`${damaged} does not hold the keys`);
});
