import { type Character, KANA_SETS, type KanaSet } from './character.ts';

/** A set as a filter. */
export type SetFilter = KanaSet | 'all';

/** The characters of a set in catalogue order: basic, voiced, digraph; inside a set by ascending id. */
export const charactersOfSet = (characters: readonly Character[], set: SetFilter): Character[] =>
  characters
    .filter((character) => set === 'all' || character.set === set)
    .sort((a, b) => KANA_SETS.indexOf(a.set) - KANA_SETS.indexOf(b.set) || a.id - b.id);
