import { z } from 'zod';
import { type LinkContext, url } from '#functions/media/index.ts';
import { idField } from '#shared/http/fields.ts';
import {
  type Alphabet,
  type Character,
  KANA_SETS,
  type ReadingLocale,
  readingOf,
} from './rules/character.ts';

const position = {
  consonant: z.string().meta({ description: 'Empty for the vowels and ん.', example: 'k' }),
  vowel: z.string().meta({ example: 'i' }),
};
const set = z.enum(KANA_SETS);
const sound = z.url().optional().meta({ description: 'The sound file itself; absent when there is none.' });
const writing = {
  hiragana: z.string().meta({ example: 'き' }),
  katakana: z.string().meta({ example: 'キ' }),
  englishReading: z.string().meta({ example: 'ki' }),
  russianReading: z.string().meta({ example: 'ки' }),
};

/** A character of a list, in one alphabet and one language. */
export const characterItem = () =>
  z.object({
    id: idField(),
    ...position,
    character: z.string().meta({ example: 'き' }),
    reading: z.string().meta({ example: 'ki' }),
    set,
    audioUrl: sound,
  });

/** A whole character. */
export const characterBody = () => z.object({ id: idField(), ...position, set, ...writing, audioUrl: sound });

/** A whole character as administrators see it. */
export const adminCharacterBody = () =>
  z.object({ id: idField(), ...position, set, ...writing, audio: sound });

const soundUrl = (context: LinkContext, { audioMediaId }: Character): string | undefined =>
  audioMediaId === undefined ? undefined : url(context, 'character', audioMediaId);

/** What {@link characterItem} describes. */
export const toItem = (
  context: LinkContext,
  character: Character,
  { alphabet, locale }: { readonly alphabet: Alphabet; readonly locale: ReadingLocale },
) => {
  const { id, consonant, vowel } = character;
  const audioUrl = soundUrl(context, character);
  return {
    id,
    consonant,
    vowel,
    character: character[alphabet],
    reading: readingOf(character, locale),
    set: character.set,
    ...(audioUrl === undefined ? {} : { audioUrl }),
  };
};

const toWhole = (character: Character) => {
  const { id, consonant, vowel, hiragana, katakana, englishReading, russianReading } = character;
  return { id, consonant, vowel, set: character.set, hiragana, katakana, englishReading, russianReading };
};

/** What {@link characterBody} describes. */
export const toBody = (context: LinkContext, character: Character) => {
  const audioUrl = soundUrl(context, character);
  return { ...toWhole(character), ...(audioUrl === undefined ? {} : { audioUrl }) };
};

/** What {@link adminCharacterBody} describes. */
export const toAdminBody = (context: LinkContext, character: Character) => {
  const audio = soundUrl(context, character);
  return { ...toWhole(character), ...(audio === undefined ? {} : { audio }) };
};
