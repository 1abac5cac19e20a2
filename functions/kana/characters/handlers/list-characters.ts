import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import {
  CATALOGUE_HEADERS,
  cachedResponse,
  listingQuery,
  NOT_MODIFIED,
  SOUND_CREDIT,
} from '../catalogue.schema.ts';
import { characterItemSchema } from '../character.schema.ts';
import { listPublicCharacters } from '../public-catalogue.ts';

/** GET /characters, public. */
export const handler = endpoint(
  {
    summary: 'List characters',
    description: `The kana catalogue: the 104 characters that come with the product, as administrators have edited them. ${SOUND_CREDIT}`,
    guard: 'public',
    conditions: ['If-None-Match'],
    request: { query: z.object(listingQuery) },
    responses: {
      200: {
        description: 'The characters, ordered by id.',
        schema: z.array(characterItemSchema),
        headers: CATALOGUE_HEADERS,
      },
      304: { ...NOT_MODIFIED, headers: CATALOGUE_HEADERS },
    },
  },
  async ({ query: { type, locale, set } }, context) =>
    cachedResponse(await listPublicCharacters(context, { alphabet: type, locale, set })),
);
