import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { openPathId } from '#shared/http/fields.ts';
import { deleteCharacter } from '../admin-catalogue.ts';

/** DELETE /admin/characters/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Delete a character',
    description: 'Also deletes its sound and every user’s marks for it.',
    guard: 'admin',
    request: { path: z.object({ id: openPathId() }) },
    responses: { 204: { description: 'The character has been deleted.' } },
  },
  async ({ path }, context) => {
    await deleteCharacter(context, path.id);
    return { status: 204 };
  },
);
