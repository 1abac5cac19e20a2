import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { patchBody, requestTime } from '#shared/http/request-fields.ts';
import { changeScheduledTask } from '../scheduled-task-change.ts';
import { LARGEST_REFERENCE, scheduledTaskFields } from '../scheduled-task-fields.ts';

const { url, method, content, cron, timezone, active, catch_up } = scheduledTaskFields;
const reference = () =>
  z.int().min(0).max(LARGEST_REFERENCE).optional().meta({ description: '0 clears it.' });

const body = patchBody({
  user_id: reference(),
  template_id: reference(),
  url: url.optional().meta({ description: 'Webhook; empty clears it.' }),
  method: method.optional(),
  content: content.optional(),
  cron: cron.optional(),
  timezone: timezone.optional(),
  active: active.optional(),
  catch_up: catch_up.optional(),
  next_run: requestTime()
    .optional()
    .meta({ description: 'From 1 year before to 5 years after now; a past one is a missed occurrence.' }),
});

/** PATCH /admin/scheduled-tasks/{id}, admin: changes of the schedule withdraw runs that have not started. */
export const handler = endpoint(
  {
    summary: 'Change a scheduled task',
    description:
      'A changed `cron`, `timezone` or `active`, or a `next_run`, withdraws runs that have not started. Other fields apply to waiting runs, too.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }), body: { format: 'json', schema: body } },
    responses: { 204: { description: 'It is as the request says.' } },
    errors: ['task_exists'],
  },
  async ({ path, body }, context) => {
    const { user_id, template_id, url, method, content, cron, timezone, active, catch_up, next_run } = body;
    await changeScheduledTask(context.db, context, path.id, {
      userId: user_id === 0 ? null : user_id,
      templateId: template_id === 0 ? null : template_id,
      url: url === '' ? null : url,
      ...{ method, content, cron, timezone, active },
      catchUp: catch_up,
      nextRun: next_run,
    });
    return { status: 204 };
  },
);
