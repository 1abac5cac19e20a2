import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEmail, localPart, normalizeEmail } from './email.ts';

const label63 = 'a'.repeat(63);

test.each([
  'hanako@example.com',
  'a@b.co',
  'a.b_c%d+e-f@sub.example.co',
  '1@1.aa',
  `${'a'.repeat(64)}@example.com`,
  `a@${label63}.com`,
  'a@x--y.com',
])('%s is an address', (text) => expect(isEmail(text)).toBe(true));

test.each([
  ['', 'empty'],
  ['example.com', 'no at sign'],
  ['@example.com', 'no local part'],
  ['a@', 'no domain'],
  ['a@b@example.com', 'two at signs'],
  ['.a@example.com', 'a dot first'],
  ['a.@example.com', 'a dot last'],
  ['a..b@example.com', 'a doubled dot'],
  [`${'a'.repeat(65)}@example.com`, 'a local part of 65'],
  ['a@example', 'one label'],
  ['a@example.c', 'a last label of one letter'],
  ['a@example.c1', 'a digit in the last label'],
  ['a@-x.com', 'a hyphen first'],
  ['a@x-.com', 'a hyphen last'],
  ['a@x..com', 'an empty label'],
  ['a@x.com.', 'a dot at the end'],
  [`a@${label63}a.com`, 'a label of 64'],
  [`a@${label63}.${'b'.repeat(31)}.com`, '101 characters'],
  ['hanakö@example.com', 'a letter beyond ASCII'],
  ['a b@example.com', 'a space'],
  ['a@example.com\n', 'a line feed'],
  ['"a"@example.com', 'quotes'],
  ['A@example.com', 'not normalized'],
])('%j is none: %s', (text) => expect(isEmail(text)).toBe(false));

test('an address has 100 characters at most', () => {
  expect(isEmail(`a@${label63}.${'b'.repeat(30)}.com`)).toBe(true);
});

test('is stored in lower case, and its local part ends at the at sign', () => {
  expect(normalizeEmail('Hanako@Example.COM')).toBe('hanako@example.com');
  expect(localPart('hanako@example.com')).toBe('hanako');
});

test('any address built by the rules is accepted, in any letter case, and stays what it is', () => {
  const word = (characters: string, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });
  const local = fc
    .array(word('abz019_%+-', 9), { minLength: 1, maxLength: 4 })
    .map((atoms) => atoms.join('.'));
  const domain = fc
    .array(word('abz019', 9), { minLength: 1, maxLength: 4 })
    .map((labels) => labels.join('.'));
  fc.assert(
    fc.property(local, domain, word('abz', 4), (name, labels, last) => {
      const email = `${name}@${labels}.x${last}`;
      expect(isEmail(email)).toBe(true);
      expect(normalizeEmail(email.toUpperCase())).toBe(email);
      expect(localPart(email)).toBe(name);
      expect(isEmail(`${email}.`)).toBe(false);
      expect(isEmail(email.replace('@', '.@'))).toBe(false);
    }),
  );
});
