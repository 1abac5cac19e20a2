import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { listAllCharacters } from '../admin-catalogue.ts';
import { adminCharacterSchema, toAdminBody } from '../character.schema.ts';

/** GET /admin/characters, admin. */
export const handler = endpoint(
  {
    summary: 'List characters, as an administrator',
    guard: 'admin',
    responses: {
      200: { description: 'All characters, ordered by id.', schema: z.array(adminCharacterSchema) },
    },
  },
  async (_input, context) => ({
    status: 200,
    body: (await listAllCharacters(context)).map((character) => toAdminBody(context, character)),
  }),
);
