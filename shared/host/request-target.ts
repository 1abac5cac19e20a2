import { AppError } from '../errors/app-error.ts';

/** Where a request goes: the request line and `Host`, checked. */
export interface RequestTarget {
  /** As it came, neither decoded nor normalised. */
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Name or address with an optional port; empty where HTTP/1.0 came without. */
  readonly host: string;
}

const HOST = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~-]{1,253})(?::[0-9]{1,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

const wrong = (message: string): AppError => new AppError('malformed_request', { message });

const requireHost = (host: string): string => {
  if (HOST.test(host)) return host;
  throw wrong('The header Host must name one host, with or without a port.');
};

const requireDecodable = (path: string): void => {
  if (!path.includes('%')) return;
  try {
    decodeURIComponent(path);
  } catch {
    throw wrong('The address of the request has an escape sequence that cannot be decoded.');
  }
};

/**
 * Splits the address of a request, without ever building a URL from what the caller sent.
 * @throws AppError `malformed_request` for an address or `Host` that is none, `not_found` for a backslash
 */
export const readTarget = (url: string, host: string | undefined, httpVersion: string): RequestTarget => {
  const [, authority, rest] = ABSOLUTE.exec(url) ?? [];
  const address = rest === undefined ? url : rest.startsWith('/') ? rest : `/${rest}`;
  // Only HTTP/1.0 may come without; the authority of an absolute address wins over the header.
  const given = host === undefined && httpVersion === '1.0' ? '' : requireHost(host ?? '');
  const named = authority === undefined ? given : requireHost(authority);
  const query = address.indexOf('?');
  const rawPath = query === -1 ? address : address.slice(0, query);
  if (!rawPath.startsWith('/')) throw wrong('The address of the request must be a path that begins with /.');
  requireDecodable(rawPath);
  // Some readers take it for a slash; no path of ours has one.
  if (rawPath.includes('\\')) throw new AppError('not_found');
  return { rawPath, rawQuery: query === -1 ? '' : address.slice(query + 1), host: named };
};
