import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { scheduledTaskSchema, toScheduledObject } from '../scheduled-task.schema.ts';
import { getScheduledTask } from '../views.ts';

/** GET /admin/scheduled-tasks/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Get a scheduled task',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 200: { description: 'The task.', schema: scheduledTaskSchema } },
  },
  async ({ path }, { db }) => ({ status: 200, body: toScheduledObject(await getScheduledTask(db, path.id)) }),
);
