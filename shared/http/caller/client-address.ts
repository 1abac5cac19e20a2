import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { onePer } from '../../async/one-per.ts';
import type { HttpRequest } from '../request.ts';

const IPV4_BITS = 24;
const IPV6_BITS = 64;

/** The address behind a text; one that is mapped into IPv6, in whatever spelling, is IPv4. Undefined for no address. */
const parse = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined =>
  // The gate is strict where the parser takes `127.1` or `0x7f000001`.
  isIP(text) === 0 ? undefined : ipaddr.process(text.replace(/%.*$/, ''));

const plain = (text: string): string => parse(text)?.toString() ?? text;

const networkText = (address: ipaddr.IPv4 | ipaddr.IPv6): string => {
  if (address instanceof ipaddr.IPv4) {
    return `${ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${IPV4_BITS}`).toString()}/${IPV4_BITS}`;
  }
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${IPV6_BITS}`).toString()}/${IPV6_BITS}`;
};

const listOf = onePer((proxies: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
});

const isTrusted = (address: string, proxies: readonly string[]): boolean =>
  isIP(address) !== 0 && listOf(proxies).check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Address of the client, in one spelling: the socket's, unless a trusted proxy speaks; then the last entry of
 * `X-Forwarded-For` that no trusted proxy added, as only that one cannot be made up by the client.
 */
export const clientAddress = (
  request: Pick<HttpRequest, 'peer' | 'headers'>,
  trustedProxies: readonly string[],
): string => {
  let address = plain(request.peer);
  const forwarded = (request.headers['x-forwarded-for'] ?? '').split(',').map((item) => plain(item.trim()));
  while (trustedProxies.length > 0 && isTrusted(address, trustedProxies)) {
    const previous = forwarded.pop();
    if (previous === undefined || isIP(previous) === 0) break;
    address = previous;
  }
  return address;
};

/** The network of an address as auth.md writes it: `203.0.113.0/24` for IPv4, `2001:db8:1:2::/64` for IPv6. */
export const networkOf = (address: string): string => {
  const parsed = parse(address);
  return parsed ? networkText(parsed) : 'unknown';
};

/**
 * What an address counts as in the general limit: IPv4 as it is, IPv6 by network, because whoever has one address
 * of a /64 has them all.
 */
export const countedAddress = (address: string): string => {
  const parsed = parse(address);
  return parsed instanceof ipaddr.IPv6 ? networkText(parsed) : (parsed?.toString() ?? address);
};
