import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';

/** The text of a file, which must be UTF-8; undefined if there is none. Waits for the disk: for the start, not for calls. */
export function readTextNow(path: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    const why = cause instanceof TypeError ? 'it is no UTF-8 text' : code;
    throw new Failure('gateway-storage-failed', `${path} cannot be read: ${why}.`, { cause });
  }
}

/** Makes a directory that only its owner may enter, with those above it. One that is there is left as it is. */
export async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure('gateway-storage-failed', `${path} cannot be made: ${codeOf(cause)}.`, { cause });
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
}
