import { z } from 'zod';
import { acting } from '#shared/http/caller/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { deleteImmediateTask } from '../administration.ts';

/** DELETE /admin/immediate-tasks/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Delete an immediate task',
    description:
      'A waiting task is not carried out. An attempt that is in progress may still send its e-mail.',
    guard: 'admin',
    literalsWin: true,
    request: { path: z.object({ id: longPathId() }) },
    responses: { 204: { description: 'The task and its history have been deleted.' } },
  },
  async ({ path }, context) => {
    await acting(context, (transaction) => deleteImmediateTask(transaction, path.id));
    return { status: 204 };
  },
);
