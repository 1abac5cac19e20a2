import { z } from 'zod';
import { type LinkContext, url } from '#functions/media/index.ts';
import { idField } from '#shared/http/fields.ts';
import {
  ALPHABETS,
  type Alphabet,
  type Character,
  KANA_SETS,
  type ReadingLocale,
  readingOf,
} from './rules/character.ts';

const VOWELS = ['a', 'i', 'u', 'e', 'o', 'n'] as const;

/** One of the two alphabets. */
export const alphabetSchema = z.enum(ALPHABETS).meta({ id: 'Alphabet' });

/** The group of the kana table that a character belongs to. */
const kanaSetSchema = z.enum(KANA_SETS).meta({ id: 'KanaSet' });

/** The language that readings are written for. */
export const localeSchema = z
  .enum(['en', 'ru', 'de'])
  .meta({ id: 'Locale', description: '`en` and `de` use Hepburn romanization, `ru` uses Polivanov.' });

/** The fields of a character in a request, each required. */
export const characterFields = {
  consonant: z
    .string()
    .regex(/^(?![aiueo]$)[a-z]{0,3}$/, 'must be empty or up to three letters a-z, but not a vowel')
    .meta({ description: 'Empty for the vowels and ん.', maxLength: 3, example: 'k' }),
  vowel: z.enum(VOWELS).meta({ example: 'i' }),
  set: kanaSetSchema,
  hiragana: z
    .string()
    .regex(/^[\u3041-\u3096]{1,2}$/, 'must be one or two hiragana')
    .meta({ maxLength: 2, example: 'き' }),
  katakana: z
    .string()
    .regex(/^[\u30A1-\u30FA]{1,2}$/, 'must be one or two full-width katakana')
    .meta({ maxLength: 2, example: 'キ' }),
  englishReading: z
    .string()
    .regex(/^[a-z]{1,5}$/, 'must be one to five lower-case letters a-z')
    .meta({ description: 'Hepburn romanization.', maxLength: 5, example: 'ki' }),
  russianReading: z
    .string()
    .regex(/^[а-яё]{1,5}$/, 'must be one to five lower-case Cyrillic letters')
    .meta({ description: 'Polivanov transcription.', maxLength: 5, example: 'ки' }),
};

/** The sound in a multipart body; its content is looked at when it is stored. */
export const SOUND_PART = {
  audio: {
    maxBytes: 5_242_880,
    keepsEmpty: true,
    description: 'An audio file of at most 5 MiB.',
  },
};

const position = {
  consonant: z.string().meta({ description: 'Empty for the vowels and ん.', example: 'k' }),
  vowel: z.string().meta({ example: 'i' }),
};
const sound = z.url().optional().meta({ description: 'Link to the sound file; absent without a sound.' });
const whole = {
  id: idField(),
  ...position,
  set: kanaSetSchema,
  hiragana: z.string().meta({ example: 'き' }),
  katakana: z.string().meta({ example: 'キ' }),
  englishReading: z.string().meta({ example: 'ki' }),
  russianReading: z.string().meta({ example: 'ки' }),
};

/** A character of a list, in one alphabet and one language. */
export const characterItemSchema = z
  .object({
    id: idField(),
    ...position,
    character: z.string().meta({ description: 'In the requested alphabet.', example: 'き' }),
    reading: z.string().meta({ description: 'For the requested locale.', example: 'ki' }),
    set: kanaSetSchema,
    audioUrl: sound,
  })
  .meta({ id: 'CharacterListItem' });

/** A whole character. */
export const characterSchema = z.object({ ...whole, audioUrl: sound }).meta({ id: 'Character' });

/** A whole character as administrators see it. */
export const adminCharacterSchema = z.object({ ...whole, audio: sound }).meta({ id: 'AdminCharacter' });

const soundUrl = (context: LinkContext, { audioMediaId }: Character): string | undefined =>
  audioMediaId === undefined ? undefined : url(context, 'character', audioMediaId);

/** What {@link characterItemSchema} describes. */
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

/** What {@link characterSchema} describes. */
export const toBody = (context: LinkContext, character: Character) => {
  const audioUrl = soundUrl(context, character);
  return { ...toWhole(character), ...(audioUrl === undefined ? {} : { audioUrl }) };
};

/** What {@link adminCharacterSchema} describes. */
export const toAdminBody = (context: LinkContext, character: Character) => {
  const audio = soundUrl(context, character);
  return { ...toWhole(character), ...(audio === undefined ? {} : { audio }) };
};
