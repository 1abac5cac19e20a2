import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { idField, pathId } from '#shared/http/fields.ts';
import { runNow } from '../scheduled-tasks.ts';

/** POST /admin/scheduled-tasks/{id}/run, admin: one run outside the schedule, which it leaves alone. */
export const handler = endpoint(
  {
    summary: 'Run a scheduled task now',
    description: 'Starts one run outside the schedule, which does not change.',
    guard: 'admin',
    idempotent: true,
    request: { path: z.object({ id: pathId() }) },
    responses: { 202: { description: 'The run is due now.', schema: z.object({ run_id: idField() }) } },
    errors: ['task_inactive'],
  },
  ({ path }, context) =>
    context.commit(async (tx) => ({
      status: 202,
      body: { run_id: await runNow(tx, context, path.id) },
    })),
);
