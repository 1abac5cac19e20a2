import { z } from 'zod';
import { acting } from '#shared/http/caller/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { deleteScheduledTask } from '../scheduled-tasks.ts';

/** DELETE /admin/scheduled-tasks/{id}, admin: with its runs; logs stay, without `task_id`. */
export const handler = endpoint(
  {
    summary: 'Delete a scheduled task',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 204: { description: 'The task and its waiting runs have been deleted.' } },
  },
  async ({ path }, context) => {
    await acting(context, (transaction) => deleteScheduledTask(transaction, path.id));
    return { status: 204 };
  },
);
