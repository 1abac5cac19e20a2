import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countCodePoints } from '#shared/text/code-points.ts';
import { fold } from '#shared/text/folding.ts';
import { commonPasswords } from './common-passwords.ts';
import { containsIdentity, isCommon, lengthIssue } from './password.ts';

test.each([
  ['1234567', 'too_short'],
  ['12345678', undefined],
  ['𠮷'.repeat(7), 'too_short'],
  ['𠮷'.repeat(8), undefined],
  ['𠮷'.repeat(128), undefined],
  ['a'.repeat(128), undefined],
  ['a'.repeat(129), 'too_long'],
  ['   \u0000    ', undefined],
])('length of %j: %s', (password, issue) => expect(lengthIssue(password)).toBe(issue));

test('a text is counted no further than it matters', () => {
  expect(countCodePoints('a'.repeat(1_000_000), 128)).toBe(129);
  expect(countCodePoints('𠮷'.repeat(128), 128)).toBe(128);
});

test('the block list has more than 10,000 entries that a new password could be, and all are folded', () => {
  const entries = [...commonPasswords()];
  expect(entries.filter((entry) => lengthIssue(entry) === undefined).length).toBeGreaterThan(10_000);
  expect(entries.filter((entry) => fold(entry) !== entry)).toEqual([]);
});

test.each(['password123', 'PassWord123', 'ｐａｓｓｗｏｒｄ１２３', 'qwertyuiop'])(
  '%s is common',
  (password) => expect(isCommon(password)).toBe(true),
);

test('a sentence is not common', () => expect(isCommon('correct horse battery staple')).toBe(false));

test.each([
  ['xxhanakoxx', ['hanako'], true],
  ['xxHANAKOxx', ['Hanako'], true],
  ['my-ＨＡＮＡ-password', ['hana'], true],
  ['strasse-123', ['Straße'], true],
  ['abcabcabc', ['abc'], false],
  ['はなこはなこ123', ['はなこ'], false],
  ['はなこさん12345', ['はなこさん'], true],
  ['unrelated-words', ['hanako', 'h.suzuki'], false],
  ['xh.suzukix', ['hanako', 'h.suzuki'], true],
])('%s names %j: %s', (password, identities, contains) =>
  expect(containsIdentity(password, identities)).toBe(contains),
);

test('a name is found wherever it stands, however either is spelled', () => {
  const name = fc.stringMatching(/^[a-zA-Z]{4,12}$/);
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9!]{0,9}$/),
      name,
      fc.stringMatching(/^[0-9!]{0,9}$/),
      (before, word, after) => {
        expect(containsIdentity(`${before}${word.toUpperCase()}${after}`, [word.toLowerCase()])).toBe(true);
        expect(containsIdentity(`${before}${after}`, [word])).toBe(false);
      },
    ),
  );
});

test('a common password is common in any letter case and width', () => {
  const entry = fc.constantFrom(...[...commonPasswords()].slice(0, 1_000));
  const wide = (letter: string) =>
    letter.replace(/[!-~]/, (sign) => String.fromCodePoint(sign.charCodeAt(0) + 0xfee0));
  fc.assert(
    fc.property(entry, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (word, choices) => {
      const spelled = [...word].map((letter, index) =>
        choices[index] ? wide(letter.toUpperCase()) : letter,
      );
      expect(isCommon(spelled.join(''))).toBe(true);
    }),
  );
});

test('a password or an identity that is too long is not compared', () => {
  expect(containsIdentity(`hanako${'x'.repeat(122)}`, ['hanako'])).toBe(true);
  expect(containsIdentity(`hanako${'x'.repeat(123)}`, ['hanako'])).toBe(false);
  expect(containsIdentity('x'.repeat(100), ['x'.repeat(65)])).toBe(false);
});
