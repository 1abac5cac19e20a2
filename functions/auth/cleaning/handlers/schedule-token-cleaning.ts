import { endpoint } from '#shared/http/endpoint.ts';
import { createdBody } from '#shared/http/fields.ts';
import { scheduleCleaning } from '../cleaning-task.ts';

/** POST /admin/tasks/schedule-token-cleaning, admin: creates the one cleaning task or restores its values. */
export const handler = endpoint(
  {
    summary: 'Schedule the cleaning of tokens',
    description: 'The one scheduled task without user that calls `/tokens/clean`, at midnight and noon UTC.',
    guard: 'admin',
    idempotent: true,
    responses: {
      200: { description: 'It existed, and has these values again.', schema: createdBody() },
      201: {
        description: 'It is stored.',
        schema: createdBody(),
        headers: { location: 'The task in the administration.' },
      },
    },
  },
  (_input, context) =>
    context.commit(async (tx) => {
      const { id, created } = await scheduleCleaning(tx, context);
      if (!created) return { status: 200, body: { id, message: 'token cleaning is scheduled as before' } };
      const headers = { location: `/api/v6/admin/scheduled-tasks/${id}` };
      return { status: 201, headers, body: { id, message: 'token cleaning scheduled' } };
    }),
);
