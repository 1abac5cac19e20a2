import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { taskByTemplate, toNewTask } from '../scheduled-task.schema.ts';
import { createScheduledTask } from '../scheduled-tasks.ts';

/** POST /admin/scheduled-tasks, admin: as POST /tasks/scheduled, with the template's id for its slug. */
export const handler = endpoint(
  {
    summary: 'Create a scheduled task, as an administrator',
    description:
      'Schedules a webhook, an e-mail or both. Detail codes: `unknown_reference`, `url_not_allowed`, `too_few_variables`, `invalid_recipient`, `invalid_cron`, `cron_never_fires`, `unknown_timezone`.',
    guard: 'admin',
    idempotent: true,
    request: { body: { format: 'json', schema: taskByTemplate } },
    responses: {
      201: {
        description: 'The task has been created.',
        schema: createdSchema,
        headers: { Location: 'Link to the task.' },
      },
    },
    errors: ['task_exists'],
  },
  async ({ body }, context) => {
    const { template_id: templateId } = body;
    const template = templateId ? ({ field: 'template_id', id: templateId } as const) : undefined;
    return context.commit(async (tx) => {
      const id = await createScheduledTask(tx, context, { ...toNewTask(body), template });
      return {
        status: 201,
        headers: { location: `/api/v6/admin/scheduled-tasks/${id}` },
        body: { id, message: 'scheduled task created successfully' },
      };
    });
  },
);
