import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { getCharacter } from '../admin-catalogue.ts';
import { adminCharacterSchema, toAdminBody } from '../character.schema.ts';

/** GET /admin/characters/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Get a character, as an administrator',
    guard: 'admin',
    request: { path: z.object({ id: openPathId() }) },
    responses: { 200: { description: 'The character.', schema: adminCharacterSchema } },
  },
  async ({ path }, context) => ({
    status: 200,
    body: toAdminBody(context, await getCharacter(context, path.id)),
  }),
);
