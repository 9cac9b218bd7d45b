import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Whether an address belongs to the public network: assigned to be reached from everywhere, and leading nowhere else.
 * IANA's special-purpose registries for IPv4 and IPv6 are the source; of IPv6 only what is handed out at all (2000::/3).
 */
export function isPublic(address: string): boolean {
  const version = isIP(address);
  // A zone names a wire of this machine, and a block list knows no addresses with one.
  if (version === 0 || address.includes('%')) return false;
  if (version === 4) return !closed.check(address, 'ipv4');
  return handedOut.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

/** Whether an address is public and not this very machine, which may have doors that are not open to the network. */
export function isForeign(address: string, own = ownAddresses()): boolean {
  return isPublic(address) && !own.some((other) => isWithin(address, { address: other, prefix: wholeLength(other) }));
}

/** Every address that this machine has at the moment. */
export function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}

/** Whether two spellings, or one and a range of `prefix` bits, are the same place. */
export function isWithin(address: string, range: { readonly address: string; readonly prefix: number }): boolean {
  const version = isIP(address);
  const wanted = isIP(range.address);
  if (version === 0 || version !== wanted || address.includes('%') || range.address.includes('%')) return false;
  return listed([[range.address, range.prefix]]).check(address, family(version));
}

function wholeLength(address: string): number {
  return isIP(address) === 6 ? 128 : 32;
}

/** Leaves out all that holds or stands for an IPv4 address (`::/96`, `::ffff:0:0/96`, `64:ff9b::/96`), what is local and multicast. */
const handedOut = listed([['2000::', 3]]);

const closed = listed([
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // behind a carrier's translation; some clouds keep their metadata here
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // what Azure tells its machines, at an address that looks public
  ['169.254.0.0', 16], // link-local, and the metadata of most clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments; metadata in one cloud
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
  ['2001::', 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which holds an IPv4 address
  ['3fff::', 20], // documentation
]);

function listed(ranges: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, family(isIP(address)));
  return list;
}

function family(version: number): 'ipv4' | 'ipv6' {
  return version === 6 ? 'ipv6' : 'ipv4';
}
