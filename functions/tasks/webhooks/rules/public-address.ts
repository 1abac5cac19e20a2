import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All that is assigned to the public Internet so far; the rest of IPv6 is reserved or has a local meaning. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');
const GLOBAL_UNICAST_BITS = 3;

/**
 * Whether an IP address is one of the public Internet, to which foreign webhooks may go (rule W2). An IPv4-mapped
 * one is judged by the IPv4 address in it; text that is no address is not public.
 */
export const isPublicAddress = (text: string): boolean => {
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST, GLOBAL_UNICAST_BITS);
};
