import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { requestTime } from '#shared/http/request-fields.ts';
import { templateIdField } from '../immediate-task.schema.ts';
import { retryFailedTasks } from '../rerun.ts';

const body = z.object({
  status: z.literal('Failed'),
  template_id: templateIdField().optional().meta({ description: 'Only tasks with this template.' }),
  created_after: requestTime().optional().meta({ description: 'Inclusive.' }),
  limit: z.int().min(1).max(10_000).default(1_000),
});

/** POST /admin/immediate-tasks/retry, admin: new rounds of failed tasks, oldest id first. */
export const handler = endpoint(
  {
    summary: 'Retry failed immediate tasks',
    description:
      'Retries the oldest first. Tasks that cannot be rendered are left unchanged and counted in `skipped`.',
    guard: 'admin',
    idempotent: true,
    request: { body: { format: 'json', schema: body } },
    responses: {
      202: {
        description: 'The tasks are due now.',
        schema: z.object({ requeued: z.int(), skipped: z.int() }),
      },
    },
  },
  async ({ body }, context) => {
    const { template_id: templateId, created_after: createdAfter, limit } = body;
    return context.commit(async (tx) => {
      const result = await retryFailedTasks(tx, { templateId, createdAfter, limit }, context);
      return { status: 202, body: { requeued: result.requeued, skipped: result.skipped } };
    });
  },
);
