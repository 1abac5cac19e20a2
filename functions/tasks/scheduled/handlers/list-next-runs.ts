import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId, queryInteger, timestamp } from '#shared/http/fields.ts';
import { listOf } from '#shared/http/paging.ts';
import { previewRuns } from '../views.ts';

/** GET /admin/scheduled-tasks/{id}/next-runs, admin: a look ahead; nothing is claimed. */
export const handler = endpoint(
  {
    summary: 'Show when a scheduled task will run',
    description: 'Inactive tasks are shown as if they were active.',
    guard: 'admin',
    request: {
      path: z.object({ id: pathId() }),
      query: z.object({
        count: queryInteger(1, 50).prefault('10').meta({ description: 'Times at most.' }),
      }),
    },
    responses: { 200: { description: 'Ascending.', schema: listOf(timestamp()) } },
  },
  async ({ path, query }, { db }) => {
    const runs = await previewRuns(db, path.id, query.count);
    return { status: 200, body: runs.map((run) => run.toISOString()) };
  },
);
