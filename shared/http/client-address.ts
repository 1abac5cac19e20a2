import { BlockList, isIP } from 'node:net';
import type { HttpRequest } from './request.ts';

/** Text of an address; an IPv4-mapped IPv6 address counts as IPv4. */
const plain = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
};

const lists = new WeakMap<readonly string[], BlockList>();

const listOf = (proxies: readonly string[]): BlockList => {
  const known = lists.get(proxies);
  if (known) return known;
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  lists.set(proxies, list);
  return list;
};

const isTrusted = (address: string, proxies: readonly string[]): boolean =>
  isIP(address) !== 0 && listOf(proxies).check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Address of the client: the socket's, unless a trusted proxy speaks; then the last entry of `X-Forwarded-For`
 * that no trusted proxy added, as only that one cannot be made up by the client.
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
  const text = plain(address);
  if (isIP(text) === 4) return `${text.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIP(text) !== 6) return 'unknown';
  // The URL parser writes IPv6 in its canonical form, which leaves one place to expand.
  const canonical = new URL(`http://[${text.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const gap = canonical.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : [];
  const prefix = [...before, ...gap, ...after].slice(0, 4).join(':');
  return `${new URL(`http://[${prefix}::]`).hostname.slice(1, -1)}/64`;
};
