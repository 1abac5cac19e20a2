import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { logObject, toLogObject } from '../scheduled-task-log.schema.ts';
import { getLog } from '../views.ts';

/** GET /admin/scheduled-task-logs/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Show an attempt of a scheduled run',
    guard: 'admin',
    request: { path: z.object({ id: longPathId() }) },
    responses: { 200: { description: 'The log.', schema: logObject } },
  },
  async ({ path }, { db }) => ({ status: 200, body: toLogObject(await getLog(db, path.id)) }),
);
