import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { queryInteger } from '#shared/http/fields.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { requestTime, textField } from '#shared/http/request-fields.ts';
import { listImmediateTasks } from '../administration.ts';
import { immediateTaskItemSchema, immediateTaskStatusSchema, toItem } from '../immediate-task.schema.ts';

const LARGEST_REFERENCE = 2_147_483_647;
const query = z.object({
  ...pagingQuery(20),
  user_id: queryInteger(0, LARGEST_REFERENCE).optional().meta({ description: '0 for tasks without a user.' }),
  template_id: queryInteger(1, LARGEST_REFERENCE).optional(),
  status: immediateTaskStatusSchema.optional(),
  search: textField(1, 100).optional().meta({ description: 'Part of the error.' }),
  created_after: requestTime().optional().meta({ description: 'Inclusive.' }),
  created_before: requestTime().optional().meta({ description: 'Exclusive.' }),
});

/** GET /admin/immediate-tasks, admin: newest first. */
export const handler = endpoint(
  {
    summary: 'List immediate tasks',
    guard: 'admin',
    request: { query },
    responses: {
      200: {
        description: 'The tasks, newest first.',
        schema: listOf(immediateTaskItemSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, { db, request }) => {
    const { items, total } = await listImmediateTasks(
      db,
      {
        userId: query.user_id,
        templateId: query.template_id,
        status: query.status,
        search: query.search,
        createdAfter: query.created_after,
        createdBefore: query.created_before,
      },
      query,
    );
    return { status: 200, body: items.map(toItem), headers: pagingHeaders(request, query, total) };
  },
);
