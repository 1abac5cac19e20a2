import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId, queryIntegerOr, timestamp } from '#shared/http/fields.ts';
import { listOf } from '#shared/http/paging.ts';
import { previewRuns } from '../views.ts';

/** GET /admin/scheduled-tasks/{id}/next-runs, admin: a look ahead; nothing is claimed. */
export const handler = endpoint(
  {
    summary: 'List the next runs of a scheduled task',
    description: 'An inactive task is treated as if it were active.',
    guard: 'admin',
    request: {
      path: z.object({ id: pathId() }),
      query: z.object({
        count: queryIntegerOr(10, 1, 50).meta({ description: 'The greatest number of times to return.' }),
      }),
    },
    responses: { 200: { description: 'The times, in ascending order.', schema: listOf(timestamp()) } },
  },
  async ({ path, query }, { db }) => {
    const runs = await previewRuns(db, path.id, query.count);
    return { status: 200, body: runs.map((run) => run.toISOString()) };
  },
);
