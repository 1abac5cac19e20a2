import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { getCharacter } from '../admin-catalogue.ts';
import { adminCharacterBody, toAdminBody } from '../character-response.schema.ts';

/** GET /admin/characters/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Show a character for administration',
    guard: 'admin',
    request: { path: z.object({ id: openPathId() }) },
    responses: { 200: { description: 'The character.', schema: adminCharacterBody() } },
  },
  async ({ path }, context) => ({
    status: 200,
    body: toAdminBody(context, await getCharacter(context, path.id)),
  }),
);
