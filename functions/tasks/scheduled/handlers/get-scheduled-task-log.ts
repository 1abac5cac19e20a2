import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { runLogSchema, toLogObject } from '../scheduled-task-log.schema.ts';
import { getLog } from '../views.ts';

/** GET /admin/scheduled-task-logs/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Get the log of an attempt',
    guard: 'admin',
    request: { path: z.object({ id: longPathId() }) },
    responses: { 200: { description: 'The log.', schema: runLogSchema } },
  },
  async ({ path }, { db }) => ({ status: 200, body: toLogObject(await getLog(db, path.id)) }),
);
