import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { retryImmediateTask } from '../rerun.ts';

/** POST /admin/immediate-tasks/{id}/retry, admin: a new round of a finished task. */
export const handler = endpoint(
  {
    summary: 'Retry an immediate task',
    guard: 'admin',
    idempotent: true,
    request: { path: z.object({ id: longPathId() }) },
    responses: {
      202: { description: 'The task is due now.', schema: z.object({ requeued: z.int() }) },
    },
    errors: ['already_enqueued', 'not_renderable'],
  },
  async ({ path }, context) => {
    return context.commit(async (tx) => {
      await retryImmediateTask(tx, path.id, context);
      return { status: 202, body: { requeued: 1 } };
    });
  },
);
