import { isIP } from 'node:net';

/**
 * Whether a name belongs to some private network whatever it resolves to: one without a dot, one under a domain that the public
 * name service does not have, one by which clouds hand their machines credentials. Addresses are no names.
 */
export function isPrivateName(host: string): boolean {
  if (isIP(host) !== 0) return false;
  const labels = host.split('.');
  const top = labels.at(-1) ?? '';
  return labels.length < 2 || privateDomains.has(top) || metadataNames.some((name) => isSelfOrBelow(host, name));
}

/** RFC 6761, 6762, 7686, 8375 and 9476, what ICANN will never hand out, and what routers and clusters make up. */
const privateDomains = new Set([
  'alt',
  'arpa',
  'consul',
  'corp',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'mail',
  'onion',
  'private',
  'svc',
  'test',
  'workgroup',
]);

/** Names of metadata services that are not under one of those. */
const metadataNames = [
  'metadata.goog',
  'metadata.azure.com',
  'metadata.azure.net',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
  'instance-data.amazonaws.com',
];

function isSelfOrBelow(host: string, name: string): boolean {
  return host === name || host.endsWith(`.${name}`);
}
