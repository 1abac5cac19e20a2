import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { taskBySlug, toNewTask } from '../scheduled-task.schema.ts';
import { ensureTask } from '../scheduled-tasks.ts';

const LOCATION = { Location: 'Link to the task.' };

/** POST /tasks/scheduled, service: writes one task unless its user has one with the same url. */
export const handler = endpoint(
  {
    summary: 'Create a scheduled task',
    description:
      'Schedules a webhook, an e-mail or both. A user has at most one task with the same `url`; tasks without `url` are never duplicates. Detail codes: `unknown_reference`, `url_not_allowed`, `too_few_variables`, `invalid_recipient`, `invalid_cron`, `cron_never_fires`, `unknown_timezone`.',
    guard: 'service',
    idempotent: true,
    request: { body: { format: 'json', schema: taskBySlug } },
    responses: {
      200: {
        description: 'The task already exists and is left unchanged.',
        schema: createdSchema,
        headers: LOCATION,
      },
      201: { description: 'The task has been created.', schema: createdSchema, headers: LOCATION },
    },
  },
  async ({ body }, context) => {
    const template = body.email_slug ? ({ field: 'email_slug', slug: body.email_slug } as const) : undefined;
    return context.commit(async (tx) => {
      const { id, created } = await ensureTask(tx, context, { ...toNewTask(body), template });
      const headers = { location: `/api/v6/admin/scheduled-tasks/${id}` };
      return created
        ? { status: 201, headers, body: { id, message: 'scheduled task created successfully' } }
        : { status: 200, headers, body: { id, message: 'scheduled task already exists' } };
    });
  },
);
