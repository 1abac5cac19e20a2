import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { queryInteger } from '#shared/http/fields.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { requestTime, textField } from '#shared/http/request-fields.ts';
import { runLogItemSchema, runLogStatusSchema, toLogItem } from '../scheduled-task-log.schema.ts';
import { listLogs } from '../views.ts';

const LARGEST_ID = 4_294_967_295;

const query = z.object({
  ...pagingQuery(20),
  task_id: queryInteger(1, LARGEST_ID).optional(),
  job_id: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters')
    .optional()
    .meta({ description: '`run-<run id>`.' }),
  status: runLogStatusSchema.optional(),
  search: textField(1, 100).optional().meta({ description: 'Part of the error.' }),
  created_after: requestTime().optional().meta({ description: 'Inclusive.' }),
  created_before: requestTime().optional().meta({ description: 'Exclusive.' }),
});

/** GET /admin/scheduled-task-logs, admin: one for each attempt of a run, newest first. */
export const handler = endpoint(
  {
    summary: 'List the logs of scheduled runs',
    guard: 'admin',
    request: { query },
    responses: {
      200: {
        description: 'One entry for each attempt, newest first.',
        schema: listOf(runLogItemSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, { db, request }) => {
    const filter = {
      taskId: query.task_id,
      jobId: query.job_id,
      status: query.status,
      search: query.search,
      createdAfter: query.created_after,
      createdBefore: query.created_before,
    };
    const { items, total } = await listLogs(db, filter, query);
    return { status: 200, body: items.map(toLogItem), headers: pagingHeaders(request, query, total) };
  },
);
