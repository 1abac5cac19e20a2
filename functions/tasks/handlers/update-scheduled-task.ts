import { z } from 'zod';
import { acting } from '#shared/http/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { changeScheduledTask } from '../scheduled-task-change.ts';
import { taskChanges, toChanges } from '../scheduled-task-fields.ts';

/** PATCH /admin/scheduled-tasks/{id}, admin: changes of the schedule withdraw runs that have not started. */
export const handler = endpoint(
  {
    summary: 'Change a scheduled task',
    description:
      'A changed `cron`, `timezone` or `active`, or a `next_run`, withdraws runs that have not started. Other fields apply to waiting runs, too.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }), body: { format: 'json', schema: taskChanges } },
    responses: { 204: { description: 'It is as the request says.' } },
    errors: ['task_exists'],
  },
  async ({ path, body }, context) => {
    const changes = toChanges(body);
    await acting(context, (transaction) => changeScheduledTask(transaction, context, path.id, changes));
    return { status: 204 };
  },
);
