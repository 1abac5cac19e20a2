import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { taskOfTemplate } from '../immediate-task.schema.ts';
import { enqueueByTemplate } from '../immediate-tasks.ts';

/** POST /admin/immediate-tasks, admin: as POST /tasks/immediate, with the template's id for its slug. */
export const handler = endpoint(
  {
    summary: 'Send an e-mail now, as an administrator',
    description:
      'Detail codes: `unknown_reference` (no such template), `too_few_variables`, `invalid_recipient`.',
    guard: 'admin',
    idempotent: true,
    request: { body: { format: 'json', schema: taskOfTemplate } },
    responses: {
      201: {
        description: 'The task has been stored and will be carried out.',
        schema: createdSchema,
        headers: { Location: 'Link to the task.' },
      },
    },
  },
  async ({ body }, context) => {
    const { template_id: templateId, user_id: userId, content } = body;
    return context.commit(async (tx) => {
      const id = await enqueueByTemplate(tx, context, { templateId, userId, content });
      return {
        status: 201,
        headers: { location: `/api/v6/admin/immediate-tasks/${id}` },
        body: { id, message: 'immediate task created successfully' },
      };
    });
  },
);
