import { z } from 'zod';
import { acting } from '#shared/http/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { bytesField, patchBody } from '#shared/http/request-fields.ts';
import { contentField } from '../../content/content.schema.ts';
import { statusField, templateIdField, userIdField } from '../immediate-task.schema.ts';
import { updateImmediateTask } from '../update.ts';

const body = patchBody({
  user_id: userIdField().optional(),
  template_id: templateIdField().optional(),
  content: contentField().optional(),
  status: statusField()
    .optional()
    .meta({ description: '`Enqueued` runs a finished task again; the others end a waiting one.' }),
  error: bytesField(0, 4_096).optional().meta({ description: 'Empty clears it; ignored by a re-run.' }),
});

/** PATCH /admin/immediate-tasks/{id}, admin: changes a task, ends it or runs it again. */
export const handler = endpoint(
  {
    summary: 'Change, end or re-run an immediate task',
    description:
      'A change of `content` or `template_id` during an attempt closes the attempt and starts a new round; its mail may still arrive.',
    guard: 'admin',
    literalsWin: true,
    request: { path: z.object({ id: longPathId() }), body: { format: 'json', schema: body } },
    responses: { 204: { description: 'It is as the request says.' } },
    errors: ['not_renderable'],
  },
  async ({ path, body }, context) => {
    const { user_id: userId, template_id: templateId, content, status, error } = body;
    const change = { userId, templateId, content, status, error };
    await acting(context, (transaction) => updateImmediateTask(transaction, path.id, change, context));
    return { status: 204 };
  },
);
