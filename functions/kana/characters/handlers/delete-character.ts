import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { deleteCharacter } from '../admin-catalogue.ts';

/** DELETE /admin/characters/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Delete a character',
    description: 'Its sound and the marks of all users in it go with it.',
    guard: 'admin',
    request: { path: z.object({ id: openPathId() }) },
    responses: { 204: { description: 'The character is gone.' } },
  },
  async ({ path }, context) => {
    await deleteCharacter(context, path.id);
    return { status: 204 };
  },
);
