/** Shorter values stand in too many places by chance, and none of ours is shorter. */
const SHORTEST = 12;
const LONGEST = 4_096;
const NAMES = /password|token|secret|authorization|cookie|api-?key/i;
/** Values under such names that protect nothing. */
const HARMLESS = /^(Bearer|cookie|token)$/i;

/** The secrets that one run of an API has seen, each with where it was met first. */
export interface Ledger {
  /** Whatever is named like a secret in a JSON value, at any depth. */
  addNamed(value: unknown): void;
  /** The credentials among the headers of a request. */
  addHeaders(headers: Readonly<Record<string, string>>): void;
  /** The values of cookies that an answer sets. */
  addCookies(setCookies: readonly string[]): void;
  /** The tokens of links in a text or URL. */
  addLinks(text: string): void;
  add(name: string, value: string): void;
  readonly secrets: ReadonlyMap<string, string>;
}

/** Opens an empty ledger. */
export const openLedger = (): Ledger => {
  const secrets = new Map<string, string>();
  const add: Ledger['add'] = (name, value) => {
    if (value.length < SHORTEST || value.length > LONGEST || HARMLESS.test(value)) return;
    if (!secrets.has(value)) secrets.set(value, name);
  };
  const addNamed: Ledger['addNamed'] = (value) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, item] of Object.entries(value)) {
      if (typeof item === 'string' && NAMES.test(name)) add(name, item);
      else addNamed(item);
    }
  };
  return {
    secrets,
    add,
    addNamed,
    addHeaders: (headers) => {
      for (const [name, value] of Object.entries(headers)) {
        if (!NAMES.test(name)) continue;
        for (const part of value.split(/[\s;]+/)) add(name, part.replace(/^[\w-]+=/, ''));
      }
    },
    addCookies: (cookies) => {
      for (const cookie of cookies) add('cookie', /^[^=]+=([^;]*)/.exec(cookie)?.[1] ?? '');
    },
    addLinks: (text) => {
      for (const [, token = ''] of text.matchAll(/[?&](?:validToken|token)=([\w-]+)/g)) add('link', token);
    },
  };
};
