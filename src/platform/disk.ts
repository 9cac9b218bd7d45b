import { accessSync, constants, type Stats, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Disk, FileState } from '../core/terminal.ts';

/** The machine's own disk. Waits for it: for commands, not for calls. */
export const systemDisk: Disk = Object.freeze({ look, freeBytes, writeNew });

function look(path: string): FileState {
  const found = statOf(path);
  if (found === undefined) return { kind: 'absent', usable: mayMakeIn(nearest(path)), open: false };
  return {
    kind: found.isDirectory() ? 'directory' : 'file',
    usable: mayChange(path),
    open: (found.mode & 0o077) !== 0,
    changedAt: found.mtimeMs,
  };
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(statOf(path) === undefined ? nearest(path) : path);
  return bavail * bsize;
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'EEXIST')
      throw new Failure('resource-conflict', `${path} is there already; it is left as it is, name another.`, { cause });
    throw new Failure('gateway-storage-failed', `${path} cannot be written: ${code}.`, { cause });
  }
}

/** What is there above a path where nothing is. */
function nearest(path: string): string {
  const above = dirname(resolve(path));
  return statOf(above) === undefined ? nearest(above) : above;
}

/** Nothing can be made below a file. */
function mayMakeIn(above: string): boolean {
  return statOf(above)?.isDirectory() === true && mayChange(above);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function mayChange(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
