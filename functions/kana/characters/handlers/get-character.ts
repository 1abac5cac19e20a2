import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { CATALOGUE_HEADERS, cachedResponse, NOT_MODIFIED } from '../catalogue.schema.ts';
import { characterBody } from '../character-response.schema.ts';
import { getPublicCharacter } from '../public-catalogue.ts';

/** GET /characters/{id}, public. */
export const handler = endpoint(
  {
    summary: 'Show a character',
    guard: 'public',
    request: { path: z.object({ id: openPathId() }) },
    responses: {
      200: { description: 'The character.', schema: characterBody(), headers: CATALOGUE_HEADERS },
      304: { ...NOT_MODIFIED, headers: CATALOGUE_HEADERS },
    },
  },
  async ({ path }, context) => cachedResponse(await getPublicCharacter(context, path.id)),
);
