import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { CATALOGUE_HEADERS, cachedResponse, listingQuery, NOT_MODIFIED } from '../catalogue.schema.ts';
import { characterItemSchema } from '../character.schema.ts';
import { listRowOrColumn } from '../public-catalogue.ts';

const character = z.string().meta({
  description: 'A vowel (`a`, `i`, `u`, `e`, `o`, `n`) or a consonant of the catalogue.',
  example: 'k',
});

/** GET /characters/row-column, public. */
export const handler = endpoint(
  {
    summary: 'List a row or a column of the kana table',
    description: 'Returns the characters with the given consonant or vowel, or an empty list.',
    guard: 'public',
    conditions: ['If-None-Match'],
    request: { query: z.object({ character, ...listingQuery }) },
    responses: {
      200: {
        description: 'The characters, ordered by id.',
        schema: z.array(characterItemSchema),
        headers: CATALOGUE_HEADERS,
      },
      304: { ...NOT_MODIFIED, headers: CATALOGUE_HEADERS },
    },
  },
  async ({ query: { character, type, locale, set } }, context) =>
    cachedResponse(await listRowOrColumn(context, character, { alphabet: type, locale, set })),
);
