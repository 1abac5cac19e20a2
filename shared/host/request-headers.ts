import { type ValuesByName, valuesByName } from '../text/names.ts';

/** Headers as API Gateway hands them over. */
export interface RequestHeaders {
  /** Names in lower case; what came more than once is joined with commas. */
  readonly headers: ValuesByName<string>;
  /** Each `name=value` of all `Cookie` headers. */
  readonly cookies: readonly string[] | undefined;
}

/** Reads names and values as they came, alternating; nothing that a caller sends is dropped or merged otherwise. */
export const readHeaders = (rawHeaders: readonly string[]): RequestHeaders => {
  const values = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : `${earlier}${name === 'cookie' ? '; ' : ','}${value}`);
  }
  const headers = valuesByName(values);
  const cookies = headers['cookie']
    ?.split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
  return { headers, cookies };
};
