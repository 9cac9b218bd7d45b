import { createHmac } from 'node:crypto';

/** The vendor's seal on what its model thought; long and with all characters that base64 has, as the real ones are. */
export function sealOf(text: string): string {
  const parts = [1, 2, 3].map((round) => createHmac('sha512', `only the vendor knows ${round}`).update(text).digest());
  return Buffer.concat(parts).toString('base64');
}

export function isSealed(text: string, seal: string): boolean {
  return seal === sealOf(text);
}
