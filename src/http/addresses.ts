import type { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses that belong to this machine, this network, a provider's metadata service or nobody: an answer from outside
 * must not be able to send us there. After the IANA special-purpose registries (RFC 6890), and two metadata services
 * that stand at public addresses.
 */
const special = new BlockList();
/** A list of its own: to a BlockList the mapped addresses of `::ffff:0:0/96` are the IPv4 addresses themselves. */
const special6 = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 96], // unspecified, loopback, the old way to hold an IPv4 address
  ['::ffff:0:0', 96], // mapped IPv4
  ['64:ff9b::', 96], // IPv4 behind a translator
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  special6.addSubnet(net, prefix, 'ipv6');
}

/** A socket for both families tells IPv4 addresses in the form of IPv6. */
export const unmapped = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;

/** True for an address of this machine. */
export function isLoopbackAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1];
  if (isIP(mapped ?? bare) === 4) return (mapped ?? bare).startsWith('127.');
  return bare === '::1';
}

/** True for an address in the public internet. Whatever is no address is not public. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const version = isIP(bare);
  if (version === 0) return false;
  return version === 6 ? !special6.check(bare, 'ipv6') : !special.check(bare, 'ipv4');
}

/**
 * Refuses a name of which one address is closed: whoever answers for it could send us there.
 * @param resolve how names become addresses
 * @param forbidden what is thrown; without an address: the name has none
 */
export function checkedLookup(
  resolve: typeof lookup,
  isOpen: (address: string) => boolean,
  forbidden: (name: string, address?: string) => Error,
): LookupFunction {
  return (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const closed = addresses.find(({ address }) => !isOpen(address));
      const [first] = addresses;
      if (closed || !first) return callback(forbidden(name, closed?.address), '', 0);
      if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
