import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';
import type { Digest } from '../core/ports.ts';

/**
 * The keyed digest of this installation. Its pepper is read from `pepperFile`; the first start makes that file. A pepper
 * that others can read, or that is too short, is `gateway-storage-failed`: what it protects would not be protected.
 */
export async function openDigest(pepperFile: string): Promise<Digest> {
  const pepper = (await readPepper(pepperFile)) ?? (await makePepper(pepperFile));
  const keyed = new Bun.CryptoHasher('sha256', pepper);
  return Object.freeze({ mac: (text: string) => keyed.copy().update(text).digest('hex') });
}

const pepperBytes = 32;

async function readPepper(file: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw readable(file, mode);
    const pepper = await readFile(file);
    if (pepper.length < pepperBytes) throw tooShort(file, pepper.length);
    return pepper;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown instanceof Failure ? thrown : unusable(file, thrown);
  }
}

/** Written whole under another name first, then linked: of two first starts at once, one makes it and both read the same. */
async function makePepper(file: string): Promise<Uint8Array> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(randomBytes(pepperBytes));
    await handle.sync();
    await handle.close();
    await link(draft, file).catch(unlessThere);
    await rm(draft);
  } catch (thrown) {
    throw unusable(file, thrown);
  }
  const pepper = await readPepper(file);
  if (pepper === undefined) throw unusable(file, new Error('it vanished after it was made'));
  return pepper;
}

function unlessThere(thrown: unknown): void {
  if (codeOf(thrown) !== 'EEXIST') throw thrown;
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}

function readable(file: string, mode: number): Failure {
  const shown = (mode & 0o777).toString(8).padStart(3, '0');
  return new Failure(
    'gateway-storage-failed',
    `${file} has mode ${shown}, so others on this machine can use what protects the keys; run chmod 600 ${file}.`,
  );
}

function tooShort(file: string, length: number): Failure {
  return new Failure(
    'gateway-storage-failed',
    `${file} holds ${length} bytes instead of ${pepperBytes}; restore it from a backup. Without it no key made so far works.`,
  );
}

function unusable(file: string, cause: unknown): Failure {
  const why = codeOf(cause) ?? 'unknown';
  return new Failure(
    'gateway-storage-failed',
    `${file} cannot be read or made (${String(why)}); check its directory.`,
    {
      cause,
    },
  );
}
