import { isIP } from 'node:net';
import type { OpenPlace } from '../core/ports.ts';
import { isWithin } from './guarded-address.ts';
import { isPrivateName } from './guarded-name.ts';
import { notPublic, refused } from './guarded-refusal.ts';
import type { GuardedUrl } from './guarded-url.ts';

/** Every address of a name; rejects or gives none if there is none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export interface PlaceRules {
  readonly resolve: Resolve;
  readonly allow: readonly OpenPlace[];
  /** Which addresses are open to everybody, at which ports. */
  readonly isPublic: (address: string) => boolean;
  readonly ports: readonly number[];
}

/** Where a URL leads: the addresses that were looked at are the only ones that may be connected to. */
export interface Place {
  readonly target: GuardedUrl;
  readonly addresses: readonly string[];
  /** It may be reached only because the operator says so; what it answers is nobody's business. */
  readonly permitted: boolean;
}

/**
 * Looks a URL's host up, once, and at every address it has. One that is not public refuses the whole: a name that leads to both
 * is a trap. What is not known and what is not public are refused in the same words.
 */
export async function placeOfUrl(target: GuardedUrl, rules: PlaceRules): Promise<Place> {
  const { host, port } = target;
  const allow = rules.allow.filter((place) => isOpenPort(place, port));
  const named = allow.some((place) => 'host' in place && place.host === host);
  const ordinary = rules.ports.includes(port) && !isPrivateName(host);
  if (!named && !ordinary && allow.length === 0) throw refused(whyNot(rules, target));
  const addresses = await addressesOf(host, rules.resolve);
  const outer = (address: string): boolean => ordinary && rules.isPublic(address);
  const opened = (address: string): boolean => named || allow.some((place) => isOpenAddress(place, address));
  const permitted = !addresses.every(outer);
  if (permitted && !addresses.every((address) => outer(address) || opened(address))) {
    throw refused(whyNot(rules, target), `${host} is at ${addresses.join(', ')}`);
  }
  return { target, addresses, permitted };
}

function isOpenPort({ port }: OpenPlace, asked: number): boolean {
  return port === undefined ? usualPorts.includes(asked) : port === asked;
}

export const usualPorts: readonly number[] = [80, 443];

function isOpenAddress(place: OpenPlace, address: string): boolean {
  return 'address' in place && isWithin(address, place);
}

/** A port is the caller's own doing; all else is not told apart. */
function whyNot({ ports }: PlaceRules, { host, port }: GuardedUrl): string {
  return ports.includes(port) || isPrivateName(host) ? notPublic : `port ${port} is not one of ${ports.join(' and ')}`;
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  let addresses: readonly string[];
  try {
    addresses = await resolve(host);
  } catch (thrown) {
    throw refused(notPublic, thrown);
  }
  const sound = addresses.length > 0 && addresses.every((address) => isIP(address) !== 0 && !address.includes('%'));
  if (!sound) throw refused(notPublic, `${host} has no address`);
  return addresses;
}
