import { z } from 'zod';
import { KANA_SETS } from './rules/character.ts';

const VOWELS = ['a', 'i', 'u', 'e', 'o', 'n'] as const;

/** The fields of a character in a request, each required. */
export const characterFields = {
  consonant: z
    .string()
    .regex(/^(?![aiueo]$)[a-z]{0,3}$/, 'must be empty or up to three letters a-z, and no vowel')
    .meta({ description: 'Empty for the vowels and ん.', maxLength: 3, example: 'k' }),
  vowel: z.enum(VOWELS).meta({ example: 'i' }),
  set: z.enum(KANA_SETS),
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
    .meta({ description: 'Hepburn.', maxLength: 5, example: 'ki' }),
  russianReading: z
    .string()
    .regex(/^[а-яё]{1,5}$/, 'must be one to five lower-case Cyrillic letters')
    .meta({ description: 'Polivanov.', maxLength: 5, example: 'ки' }),
};

/** The sound in a multipart body; its content is looked at when it is stored. */
export const SOUND_PART = {
  audio: {
    maxBytes: 5_242_880,
    keepsEmpty: true,
    description: 'An audio file of at most 5 MiB. In JSON the key is unknown.',
  },
};
