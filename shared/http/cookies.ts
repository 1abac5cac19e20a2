import { type ValuesByName, valuesByName } from '../text/names.ts';

/** Cookies of a `Cookie` header by name; the first of a name wins, and nothing in the header can throw. */
export const parseCookies = (header: string): ValuesByName<string> => {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const name = pair.slice(0, equals).trim();
    const value = pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (name !== '' && !cookies.has(name)) cookies.set(name, value);
  }
  return valuesByName(cookies);
};

/** Where a cookie applies and for how long. */
export interface CookieSettings {
  readonly path: string;
  readonly secure: boolean;
  readonly maxAgeSeconds: number;
}

/** A `Set-Cookie` value: always `HttpOnly; SameSite=Lax`, never with a domain. */
export const setCookie = (name: string, value: string, settings: CookieSettings): string =>
  [
    `${name}=${value}`,
    `Path=${settings.path}`,
    `Max-Age=${settings.maxAgeSeconds}`,
    'HttpOnly',
    ...(settings.secure ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ');
