import { z } from 'zod';
import { acting } from '#shared/http/caller/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { bytesField, patchBody } from '#shared/http/request-fields.ts';
import { contentField } from '../../content/content.schema.ts';
import { immediateTaskStatusSchema, templateIdField, userIdField } from '../immediate-task.schema.ts';
import { updateImmediateTask } from '../update.ts';

const body = patchBody({
  user_id: userIdField().optional(),
  template_id: templateIdField().optional(),
  content: contentField().optional(),
  status: immediateTaskStatusSchema
    .optional()
    .meta({ description: '`Enqueued` retries a finished task; `Completed` and `Failed` end a waiting one.' }),
  error: bytesField(0, 4_096).optional().meta({ description: 'Empty clears the error; ignored by a retry.' }),
});

/** PATCH /admin/immediate-tasks/{id}, admin: changes a task, ends it or runs it again. */
export const handler = endpoint(
  {
    summary: 'Change an immediate task',
    description:
      'Changing `content` or `template_id` during an attempt ends the attempt and starts a new round; the e-mail of that attempt may still arrive.',
    guard: 'admin',
    literalsWin: true,
    request: { path: z.object({ id: longPathId() }), body: { format: 'json', schema: body } },
    responses: { 204: { description: 'The changes have been stored.' } },
    errors: ['not_renderable'],
  },
  async ({ path, body }, context) => {
    const { user_id: userId, template_id: templateId, content, status, error } = body;
    const change = { userId, templateId, content, status, error };
    await acting(context, (transaction) => updateImmediateTask(transaction, path.id, change, context));
    return { status: 204 };
  },
);
