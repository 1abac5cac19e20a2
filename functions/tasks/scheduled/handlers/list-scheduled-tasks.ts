import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { queryInteger } from '#shared/http/fields.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { LARGEST_REFERENCE, scheduledTaskItemSchema, toScheduledItem } from '../scheduled-task.schema.ts';
import { listScheduledTasks } from '../views.ts';

const query = z.object({
  ...pagingQuery(20),
  user_id: queryInteger(1, LARGEST_REFERENCE).optional(),
  template_id: queryInteger(1, LARGEST_REFERENCE).optional(),
  active: z.enum(['true', 'false', '1', '0']).optional(),
});

/** GET /admin/scheduled-tasks, admin: newest first. */
export const handler = endpoint(
  {
    summary: 'List scheduled tasks',
    guard: 'admin',
    request: { query },
    responses: {
      200: {
        description: 'The tasks, newest first.',
        schema: listOf(scheduledTaskItemSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, { db, request }) => {
    const { user_id: userId, template_id: templateId } = query;
    const active = query.active === undefined ? undefined : query.active === 'true' || query.active === '1';
    const { items, total } = await listScheduledTasks(db, { userId, templateId, active }, query);
    return { status: 200, body: items.map(toScheduledItem), headers: pagingHeaders(request, query, total) };
  },
);
