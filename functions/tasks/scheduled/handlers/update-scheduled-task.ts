import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { taskChanges, toChanges } from '../scheduled-task.schema.ts';
import { updateScheduledTask } from '../update.ts';

/** PATCH /admin/scheduled-tasks/{id}, admin: changes of the schedule withdraw runs that have not started. */
export const handler = endpoint(
  {
    summary: 'Change a scheduled task',
    description:
      'Changing `cron`, `timezone`, `active` or `next_run` cancels runs that have not started. Changes to other fields also apply to waiting runs.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }), body: { format: 'json', schema: taskChanges } },
    responses: { 204: { description: 'The changes have been stored.' } },
    errors: ['task_exists'],
  },
  async ({ path, body }, context) => {
    return context.commit(async (tx) => {
      await updateScheduledTask(tx, context, path.id, toChanges(body));
      return { status: 204 };
    });
  },
);
