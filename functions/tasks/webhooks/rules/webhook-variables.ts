import { z } from 'zod';

/** A host and the ports on it that an entry of a host list names. */
export interface HostEntry {
  /** As `URL.hostname` writes it: lower case, IPv6 in brackets. */
  readonly hostname: string;
  /** `default` is the default port of the URL's scheme, whichever that is. */
  readonly port: number | 'default' | 'any';
}

const ENTRY = /^(\[[0-9a-f:.]+\]|[^\s[\]:/?#@\\]+)(?::([0-9]{1,5}|\*))?$/i;

const portOf = (text: string | undefined): HostEntry['port'] => {
  if (text === undefined) return 'default';
  return text === '*' ? 'any' : Number(text);
};

/** Reads `host`, `host:port` or `host:*`; undefined for anything else. */
export const parseHostEntry = (text: string): HostEntry | undefined => {
  const [, host, portText] = ENTRY.exec(text) ?? [];
  const url = host === undefined ? null : URL.parse(`http://${host}/`);
  const port = portOf(portText);
  if (!url || (typeof port === 'number' && port > 65_535)) return undefined;
  return { hostname: url.hostname, port };
};

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The bytes of a Standard Webhooks secret; undefined when it is none or not of 24 to 64 bytes. */
export const parseSigningSecret = (text: string): Buffer | undefined => {
  const [, base64 = ''] = SECRET.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const isExact = bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  return isExact && bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
};

const listOf = <T>(parse: (text: string) => T | undefined, expected: string) =>
  z
    .string()
    .transform((text, context) => {
      const items = text.split(',').map((item) => item.trim());
      const values = items.filter((item) => item !== '').map(parse);
      const known = values.filter((value) => value !== undefined);
      if (known.length === values.length) return known;
      context.addIssue({ code: 'custom', message: `must be a comma list of ${expected}` });
      return z.NEVER;
    })
    .prefault('');

/** A comma list of {@link HostEntry}. */
export const hostList = () => listOf(parseHostEntry, 'host, host:port or host:*');

/** A comma list of signing secrets, decoded. */
export const signingSecrets = () => listOf(parseSigningSecret, 'whsec_ and the base64 of 24 to 64 bytes');
