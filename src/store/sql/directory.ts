import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';

/** Makes the data directory if it is not there, for its owner's eyes only. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(directory, cause);
  }
}

/**
 * The path of a file in the data directory, made empty and for its owner's eyes only if it is not there. SQLite gives its
 * log the same rights.
 */
export function privateFile(directory: string, name: string): string {
  const path = join(directory, name);
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    if (!alreadyThere(cause)) throw unusable(directory, cause);
  }
  return path;
}

function alreadyThere(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
}

function unusable(directory: string, cause: unknown): Failure {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Failure(
    'gateway-storage-failed',
    `${directory} cannot hold Trestle's data (${why}); make it a directory that this user may write, or give another with --data.`,
    { cause },
  );
}
