import { expect, test } from 'vitest';
import { isUsername, usernameKey } from './username.ts';

test.each(['abc', 'はなこ', '花子1', 'a._-', 'Straße', '1ab', 'é́a', `a${'b'.repeat(31)}`, '𠮷野家'])(
  '%s is a username',
  (text) => expect(isUsername(text)).toBe(true),
);

test.each([
  ['', 'empty'],
  ['ab', 'two code points'],
  [`a${'b'.repeat(32)}`, '33 code points'],
  ['.abc', 'a dot first'],
  ['_abc', 'an underscore first'],
  ['\u0301abc', 'a mark first'],
  ['ab c', 'a space'],
  ['a@bc', 'an at sign, which makes a login an address'],
  ['abc😀', 'an emoji'],
  ['abc\u200b', 'a zero-width space'],
  ['a\nbc', 'a line feed'],
  ['abc\u3164', 'a Hangul filler, which is a letter that shows nothing'],
  ['abc\uffa0', 'its half-width form'],
  ['\u115fabc', 'a filler first'],
  ['abc\u034f', 'a combining grapheme joiner'],
  ['abc\ufe0f', 'a variation selector'],
  ['abc\u{e0100}', 'one for ideographs'],
  ['abc\u180b', 'a Mongolian one'],
  ['abc\u17b4', 'a Khmer vowel that shows nothing'],
])('%j is none: %s', (text) => expect(isUsername(text)).toBe(false));

test('a name that folds to what cannot be in a key is refused', () => {
  // U+FDFA is a letter; NFKC spells it out in 18 code points, spaces among them.
  expect(isUsername('aa\ufdfa')).toBe(false);
});

test('a name whose key has more than 64 code points is refused', () => {
  // U+FB03 is one letter and folds to the three of ffi.
  expect(isUsername('\ufb03'.repeat(21))).toBe(true);
  expect(isUsername('\ufb03'.repeat(22))).toBe(false);
});

test('names in another spelling have one key', () => {
  expect(usernameKey('ＨＡＮＡＫＯ')).toBe(usernameKey('hanako'));
});
