import { randomBytes } from 'node:crypto';
import { Failure } from '../core/failure.ts';
import type { Digest } from '../core/ports.ts';
import { readKeyFile } from './key-file.ts';

/**
 * The keyed digest of this installation. Its pepper is read from `pepperFile`; the first start makes that file. A pepper
 * that others can read, or that is too short, is `gateway-storage-failed`: what it protects would not be protected.
 */
export async function openDigest(pepperFile: string): Promise<Digest> {
  const make = (): Uint8Array => randomBytes(pepperBytes);
  const pepper = await readKeyFile({ path: pepperFile, protects: 'the keys', make });
  if (pepper.length < pepperBytes) throw tooShort(pepperFile, pepper.length);
  const keyed = new Bun.CryptoHasher('sha256', pepper);
  return Object.freeze({ mac: (text: string) => keyed.copy().update(text).digest('hex') });
}

const pepperBytes = 32;

function tooShort(file: string, length: number): Failure {
  return new Failure(
    'gateway-storage-failed',
    `${file} holds ${length} bytes instead of ${pepperBytes}; restore it from a backup. Without it no key made so far works.`,
  );
}
