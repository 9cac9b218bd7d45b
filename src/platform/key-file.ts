import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';

/** What a file of secret bytes must be. */
export interface KeyFile {
  readonly path: string;
  /** What it protects, for the sentence that warns of others who can read it: `the keys`. */
  readonly protects: string;
  /** What the first start writes into it. */
  make(): Uint8Array;
}

/**
 * Reads a file of secret bytes; the first start makes it. One that others can read is `gateway-storage-failed`: what it
 * protects would not be protected. Of two first starts at once one makes it, and both read the same.
 */
export async function readKeyFile(file: KeyFile): Promise<Uint8Array> {
  const found = await read(file);
  if (found !== undefined) return found;
  await writeWhole(file.path, file.make(), (draft) => link(draft, file.path).catch(unlessThere));
  const made = await read(file);
  if (made === undefined) throw unusable(file.path, new Error('it vanished after it was made'));
  return made;
}

/** Puts other bytes into the file, whole or not at all. */
export async function replaceKeyFile(path: string, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes, (draft) => rename(draft, path));
}

async function read({ path, protects }: KeyFile): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw readable(path, mode, protects);
    return await readFile(path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw thrown instanceof Failure ? thrown : unusable(path, thrown);
  }
}

/** Written and synced under another name first, so that nobody ever reads half of it. */
async function writeWhole(path: string, bytes: Uint8Array, place: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await place(draft);
    await rm(draft, { force: true });
  } catch (thrown) {
    throw unusable(path, thrown);
  }
}

function unlessThere(thrown: unknown): void {
  if (codeOf(thrown) !== 'EEXIST') throw thrown;
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}

function readable(path: string, mode: number, protects: string): Failure {
  const shown = (mode & 0o777).toString(8).padStart(3, '0');
  return new Failure(
    'gateway-storage-failed',
    `${path} has mode ${shown}, so others on this machine can use what protects ${protects}; run chmod 600 ${path}.`,
  );
}

function unusable(path: string, cause: unknown): Failure {
  const why = codeOf(cause) ?? 'unknown';
  return new Failure(
    'gateway-storage-failed',
    `${path} cannot be read or made (${String(why)}); check its directory.`,
    { cause },
  );
}
