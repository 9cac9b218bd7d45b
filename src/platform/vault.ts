import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Failure } from '../core/failure.ts';
import type { Vault } from '../core/ports.ts';
import { readKeyFile, replaceKeyFile } from './key-file.ts';

/**
 * Seals secrets that have to be given back, with AES-256-GCM under the first key of `keyFile`; the first start makes that file.
 * `rotate` puts a new key before the old ones, which go on opening what they sealed.
 */
export async function openVault(keyFile: string): Promise<Vault> {
  const make = (): Uint8Array => spelled([newKey()]);
  let keys = keysIn(keyFile, await readKeyFile({ path: keyFile, protects: "the providers' credentials", make }));
  return Object.freeze({
    seal: (text: string, purpose: string) => sealed(keys[0], text, purpose),
    open: (text: string, purpose: string) => opened(keys, text, purpose),
    isCurrent: (text: string) => text.startsWith(`${version}.${keys[0].name}.`),
    async rotate() {
      const rotated = [newKey(), ...keys] as const;
      await replaceKeyFile(keyFile, spelled(rotated));
      keys = rotated;
    },
    async forgetOld() {
      await replaceKeyFile(keyFile, spelled([keys[0]]));
      keys = [keys[0]];
    },
  });
}

interface Key {
  readonly name: string;
  readonly bytes: Uint8Array;
}
type Keys = readonly [Key, ...Key[]];

const version = 'v1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

function newKey(): Key {
  return { name: randomBytes(4).toString('hex'), bytes: randomBytes(keyBytes) };
}

/** A line for each key, the current one first. */
function spelled(keys: Keys): Uint8Array {
  const lines = keys.map(({ name, bytes }) => `${name} ${Buffer.from(bytes).toString('base64url')}\n`);
  return new TextEncoder().encode(lines.join(''));
}

function keysIn(path: string, bytes: Uint8Array): Keys {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  const [first, ...others] = lines.map((line): Key => {
    const [name = '', text = ''] = line.split(' ');
    const key = Buffer.from(text, 'base64url');
    if (!/^[0-9a-f]{8}$/.test(name) || key.length !== keyBytes) throw damaged(path);
    return { name, bytes: key };
  });
  if (first === undefined) throw damaged(path);
  return [first, ...others];
}

/** What it is for is sealed in, so that one secret cannot be put in another's place. */
function sealed({ name, bytes }: Key, text: string, purpose: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [version, name, nonce.toString('base64url'), body.toString('base64url')].join('.');
}

function opened(keys: Keys, text: string, purpose: string): string {
  const [form, name, nonce = '', body = ''] = text.split('.');
  const key = keys.find((one) => one.name === name);
  if (form !== version || key === undefined) throw unopened(purpose, undefined);
  const bytes = Buffer.from(body, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw unopened(purpose, cause);
  }
}

function unopened(purpose: string, cause: unknown): Failure {
  return new Failure(
    'gateway-storage-failed',
    `The stored credential of ${purpose} cannot be opened with the keys of this data directory; restore vault.key from a backup, or set the credential again.`,
    { cause },
  );
}

function damaged(path: string): Failure {
  return new Failure(
    'gateway-storage-failed',
    `${path} does not hold the keys that Trestle wrote into it; restore it from a backup. Without it no stored credential can be used.`,
  );
}
