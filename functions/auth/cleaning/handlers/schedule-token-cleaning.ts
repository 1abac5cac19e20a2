import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { scheduleCleaning } from '../cleaning-task.ts';

/** POST /admin/tasks/schedule-token-cleaning, admin: creates the one cleaning task or restores its values. */
export const handler = endpoint(
  {
    summary: 'Schedule token cleaning',
    description:
      'Creates the scheduled task that calls `/tokens/clean` at midnight and noon UTC, or restores its settings.',
    guard: 'admin',
    idempotent: true,
    responses: {
      200: {
        description: 'The task already existed; its settings have been restored.',
        schema: createdSchema,
      },
      201: {
        description: 'The task has been created.',
        schema: createdSchema,
        headers: { Location: 'Link to the task.' },
      },
    },
  },
  (_input, context) =>
    context.commit(async (tx) => {
      const { id, created } = await scheduleCleaning(tx, context);
      if (!created) return { status: 200, body: { id, message: 'token cleaning is already scheduled' } };
      const headers = { location: `/api/v6/admin/scheduled-tasks/${id}` };
      return { status: 201, headers, body: { id, message: 'token cleaning scheduled' } };
    }),
);
