import { expect, test } from 'vitest';
import { SEEDED_CHARACTERS } from '../../seed/characters.ts';
import type { Character } from './character.ts';
import { rowOrColumn } from './row-column.ts';

const seeded: Character[] = SEEDED_CHARACTERS.map((fields, index) => ({ id: index + 1, ...fields }));
const [first] = seeded;
const hiragana = (name: string, characters: readonly Character[] = seeded) =>
  rowOrColumn(characters, name)
    ?.map((character) => character.hiragana)
    .join('');

test.each([
  ['n', 'なにぬねのん'],
  ['j', 'じゃじゅじょ'],
  ['k', 'かきくけこ'],
  ['d', 'だぢづでど'],
  ['i', 'いきしちにひみりぎじぢびぴ'],
  ['py', 'ぴゃぴゅぴょ'],
])('%s gives %s', (name, expected) => {
  expect(hiragana(name)).toBe(expected);
});

test.each(['', 'K', ' k', 'x', 'ka', 'kk', 'か', 'toString'])('%j is neither', (name) => {
  expect(rowOrColumn(seeded, name)).toBeUndefined();
});

test('a seeded consonant and every vowel stay valid when nothing has them', () => {
  for (const name of ['k', 'by', 'o', 'n']) expect(rowOrColumn([], name)).toEqual([]);
});

test('the consonant of a stored character becomes valid', () => {
  const stored = { ...(first as Character), id: 105, consonant: 'v', vowel: 'u', hiragana: 'ゔ' };
  expect(hiragana('v', [...seeded, stored])).toBe('ゔ');
});
