import { expect, test } from 'vitest';
import { commonPasswords } from './common-passwords.ts';
import { fold } from './folding.ts';
import { containsIdentity, countCodePoints, isCommon, lengthFault } from './password.ts';

test.each([
  ['1234567', 'too_short'],
  ['12345678', undefined],
  ['𠮷'.repeat(7), 'too_short'],
  ['𠮷'.repeat(8), undefined],
  ['𠮷'.repeat(128), undefined],
  ['a'.repeat(128), undefined],
  ['a'.repeat(129), 'too_long'],
  ['   \u0000    ', undefined],
])('length of %j: %s', (password, fault) => expect(lengthFault(password)).toBe(fault));

test('a text is counted no further than it matters', () => {
  expect(countCodePoints('a'.repeat(1_000_000), 128)).toBe(129);
  expect(countCodePoints('𠮷'.repeat(128), 128)).toBe(128);
});

test('the block list has more than 10,000 entries that a new password could be, and all are folded', () => {
  const entries = [...commonPasswords()];
  expect(entries.filter((entry) => lengthFault(entry) === undefined).length).toBeGreaterThan(10_000);
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
