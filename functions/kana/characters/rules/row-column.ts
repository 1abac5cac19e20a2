import type { Character } from './character.ts';

const VOWELS = ['a', 'i', 'u', 'e', 'o', 'n'];
const SEEDED_CONSONANTS = 'k s t n h m y r w g z d b p ky sh ch ny hy my ry gy j by py'.split(' ');

/**
 * The characters whose consonant or vowel this is (rule R1); undefined when it is neither a vowel, nor a consonant
 * of the seed or of a stored character.
 */
export const rowOrColumn = (characters: readonly Character[], name: string): Character[] | undefined => {
  if (name === '') return undefined;
  const matching = characters.filter(({ consonant, vowel }) => consonant === name || vowel === name);
  const isKnown = matching.length > 0 || VOWELS.includes(name) || SEEDED_CONSONANTS.includes(name);
  return isKnown ? matching : undefined;
};
