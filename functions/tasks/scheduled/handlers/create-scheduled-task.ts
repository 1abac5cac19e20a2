import { endpoint } from '#shared/http/endpoint.ts';
import { createdBody } from '#shared/http/fields.ts';
import { taskBySlug, toNewTask } from '../scheduled-task.schema.ts';
import { ensureTask } from '../scheduled-tasks.ts';

const LOCATION = { location: 'The task in the administration.' };

/** POST /tasks/scheduled, service: writes one task unless its user has one with the same url. */
export const handler = endpoint(
  {
    summary: 'Schedule a webhook, a mail or both',
    description:
      'Detail codes: `unknown_reference`, `url_not_allowed`, `too_few_variables`, `invalid_recipient`, `invalid_cron`, `cron_never_fires`, `unknown_timezone`. `user_id` and `url` together are unique; without `url` nothing is a duplicate.',
    guard: 'service',
    idempotent: true,
    request: { body: { format: 'json', schema: taskBySlug } },
    responses: {
      200: { description: 'It exists, and is left as it is.', schema: createdBody(), headers: LOCATION },
      201: { description: 'It is stored.', schema: createdBody(), headers: LOCATION },
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
