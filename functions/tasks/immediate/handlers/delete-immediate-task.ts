import { z } from 'zod';
import { acting } from '#shared/http/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { deleteImmediateTask } from '../administration.ts';

/** DELETE /admin/immediate-tasks/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Delete an immediate task',
    description: 'A task that no worker holds is never executed; an attempt in progress may still deliver.',
    guard: 'admin',
    literalsWin: true,
    request: { path: z.object({ id: longPathId() }) },
    responses: { 204: { description: 'The task is gone, with its history.' } },
  },
  async ({ path }, context) => {
    await acting(context, (transaction) => deleteImmediateTask(transaction, path.id));
    return { status: 204 };
  },
);
