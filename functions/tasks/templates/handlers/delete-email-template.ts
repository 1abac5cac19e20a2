import { z } from 'zod';
import { acting } from '#shared/http/caller/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { deleteEmailTemplate } from '../email-templates.ts';

/** DELETE /admin/email-templates/{id}, admin: only one that no waiting task and no active schedule uses. */
export const handler = endpoint(
  {
    summary: 'Delete an e-mail template',
    description:
      'Refused while waiting tasks or active schedules use the template. Other tasks lose their reference to it.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 204: { description: 'The template has been deleted.' } },
    errors: ['template_built_in', 'template_in_use'],
  },
  async ({ path }, context) => {
    await acting(context, (transaction) => deleteEmailTemplate(transaction, path.id));
    return { status: 204 };
  },
);
