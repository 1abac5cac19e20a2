import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import {
  CATALOGUE_HEADERS,
  cachedResponse,
  listingQuery,
  NOT_MODIFIED,
  SOUND_CREDIT,
} from '../catalogue.schema.ts';
import { characterItem } from '../character-response.schema.ts';
import { listPublicCharacters } from '../public-catalogue.ts';

/** GET /characters, public. */
export const handler = endpoint(
  {
    summary: 'List the characters',
    description: `The 104 kana that the product ships, and what administrators made of them. ${SOUND_CREDIT}`,
    guard: 'public',
    request: { query: z.object(listingQuery) },
    responses: {
      200: { description: 'By ascending id.', schema: z.array(characterItem()), headers: CATALOGUE_HEADERS },
      304: { ...NOT_MODIFIED, headers: CATALOGUE_HEADERS },
    },
  },
  async ({ query: { type, locale, set } }, context) =>
    cachedResponse(await listPublicCharacters(context, { alphabet: type, locale, set })),
);
