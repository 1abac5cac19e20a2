import { z } from 'zod';
import { localeField, setFilter } from '../tests/kana-test.schema.ts';
import type { KeptResponse } from './catalogue.ts';
import type { Alphabet } from './rules/character.ts';

const ALPHABET_OF = { hr: 'hiragana', hiragana: 'hiragana', kt: 'katakana', katakana: 'katakana' } as const;

/** Query of the public lists; `type` becomes the alphabet. */
export const listingQuery = {
  type: z
    .enum(['hr', 'hiragana', 'kt', 'katakana'])
    .default('hr')
    .transform((name): Alphabet => ALPHABET_OF[name])
    .meta({
      description: 'The alphabet: `hr` is short for hiragana, `kt` for katakana.',
      override: { type: 'string', enum: ['hr', 'hiragana', 'kt', 'katakana'], default: 'hr' },
    }),
  locale: localeField(),
  set: setFilter().meta({ description: 'The characters to list.' }),
};

/** The credit that the licence of the shipped sounds asks for. */
export const SOUND_CREDIT =
  'Shipped sounds: "HTS voice tohoku-f01", Copyright (c) 2015 Intelligent Communication Network (Ito-Nose) ' +
  'Laboratory, Tohoku University, CC BY 4.0, synthesised with Open JTalk, trimmed and normalised.';

/** Headers of the public answers, in words. */
export const CATALOGUE_HEADERS = {
  ETag: 'The entity tag; send it as `If-None-Match`.',
  'Cache-Control': '`public, max-age=300`',
};

/** The answer 304 of the public catalogue. */
export const NOT_MODIFIED = { description: 'The copy of the client is current.' };

/** A public answer, which every cache may keep for five minutes. */
export const cachedResponse = <T>({ body, etag }: KeptResponse<T>) => ({
  status: 200 as const,
  body,
  etag,
  headers: { 'cache-control': 'public, max-age=300' },
});
