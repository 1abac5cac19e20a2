import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { CATALOGUE_HEADERS, cachedResponse, NOT_MODIFIED } from '../catalogue.schema.ts';
import { characterSchema } from '../character.schema.ts';
import { getPublicCharacter } from '../public-catalogue.ts';

/** GET /characters/{id}, public. */
export const handler = endpoint(
  {
    summary: 'Get a character',
    guard: 'public',
    conditions: ['If-None-Match'],
    request: { path: z.object({ id: openPathId() }) },
    responses: {
      200: { description: 'The character.', schema: characterSchema, headers: CATALOGUE_HEADERS },
      304: { ...NOT_MODIFIED, headers: CATALOGUE_HEADERS },
    },
  },
  async ({ path }, context) => cachedResponse(await getPublicCharacter(context, path.id)),
);
