import { isIP } from 'node:net';
import { ownValue } from '#shared/text/names.ts';
import { isPublicAddress } from './public-address.ts';
import type { HostEntry } from './webhook-variables.ts';

/** The hosts that are exempt from the address checks (rule W6). */
export interface WebhookHosts {
  readonly INTERNAL_BASE_URL: string;
  readonly INTERNAL_WEBHOOK_HOSTS: readonly HostEntry[];
  readonly WEBHOOK_PRIVATE_HOSTS: readonly HostEntry[];
}

/** A url that rule W1 allows. */
export interface WebhookTarget {
  readonly url: URL;
  /**
   * `internal` ones get the API key, which therefore nobody on the way may read; `private` and `internal` ones may
   * have any address.
   */
  readonly trust: 'internal' | 'private' | 'foreign';
}

/** More than the 500 characters of a request or a column: reading a host takes more than linear time. */
const MAXIMUM_LENGTH = 1_000;
const ABSOLUTE = /^https?:\/\/([^/?#]+)/i;
/** What a lenient parser would drop or turn into a slash, so that two readers see two hosts. */
const AMBIGUOUS = /[\s\\\p{Cc}]/u;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

const portOf = ({ protocol, port }: URL): number | undefined =>
  port === '' ? ownValue(DEFAULT_PORTS, protocol) : Number(port);

const isListed = (url: URL, entries: readonly HostEntry[]): boolean =>
  entries.some(({ hostname, port }) => {
    if (hostname !== url.hostname) return false;
    return port === 'any' || (port === 'default' ? url.port === '' : port === portOf(url));
  });

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost|.+\.localhost)\.?$/;

/**
 * How far a host of ours is trusted. In clear the key goes to where the operator spelled `http` out, and to this
 * machine; any other url of our hosts is called as one that is not ours.
 */
const ownTrust = (url: URL, hosts: WebhookHosts): 'internal' | 'private' | undefined => {
  const base = new URL(hosts.INTERNAL_BASE_URL);
  const isBaseHost = url.hostname === base.hostname && portOf(url) === portOf(base);
  if (!isBaseHost && !isListed(url, hosts.INTERNAL_WEBHOOK_HOSTS)) return undefined;
  const isBase = isBaseHost && url.protocol === base.protocol;
  return isBase || url.protocol === 'https:' || LOOPBACK.test(url.hostname) ? 'internal' : 'private';
};

/** Whether a host may be called as far as its spelling tells; names are resolved only when connecting. */
const isPublicHost = (hostname: string): boolean => {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) return isPublicAddress(address);
  const name = hostname.replace(/(?<!\.)\.+$/, '');
  return name !== '' && name !== 'localhost' && !name.endsWith('.localhost');
};

/** Reads the url of a webhook by rule W1; undefined is `url_not_allowed`. */
export const parseWebhookUrl = (text: string, hosts: WebhookHosts): WebhookTarget | undefined => {
  if (text.length > MAXIMUM_LENGTH) return undefined;
  const authority = ABSOLUTE.exec(text)?.[1];
  if (authority === undefined || authority.includes('@') || AMBIGUOUS.test(text)) return undefined;
  // The parser brings every notation of an IPv4 address to four decimal numbers.
  const url = URL.parse(text);
  if (!url) return undefined;
  const trust = ownTrust(url, hosts);
  if (trust) return { url, trust };
  if (isListed(url, hosts.WEBHOOK_PRIVATE_HOSTS)) return { url, trust: 'private' };
  return isPublicHost(url.hostname) ? { url, trust: 'foreign' } : undefined;
};
