import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { listAllCharacters } from '../admin-catalogue.ts';
import { adminCharacterBody, toAdminBody } from '../character-response.schema.ts';

/** GET /admin/characters, admin. */
export const handler = endpoint(
  {
    summary: 'List the characters for administration',
    guard: 'admin',
    responses: { 200: { description: 'By ascending id.', schema: z.array(adminCharacterBody()) } },
  },
  async (_input, context) => ({
    status: 200,
    body: (await listAllCharacters(context)).map((character) => toAdminBody(context, character)),
  }),
);
