import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { tutorSchema } from '../user.schema.ts';
import { listTutors } from '../users.ts';

/** GET /admin/tutors, admin: active accounts of role 2, by the key of the username. */
export const handler = endpoint(
  {
    summary: 'List tutors',
    guard: 'admin',
    request: { query: z.object(pagingQuery(100)) },
    responses: {
      200: {
        description: 'The active tutors, ordered by username.',
        schema: listOf(tutorSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, context) => {
    const { items, total } = await listTutors(context, query);
    const body = items.map(({ id, username }) => ({ id, username }));
    return { status: 200, body, headers: pagingHeaders(context.request, query, total) };
  },
);
