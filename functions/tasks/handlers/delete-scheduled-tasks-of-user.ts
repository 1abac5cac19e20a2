import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { LARGEST_REFERENCE } from '../scheduled-task-fields.ts';
import { deleteTasksOf } from '../scheduled-tasks.ts';

const user = () => z.int().min(1).max(LARGEST_REFERENCE).optional();

const body = z
  .object({ user_id: user(), userId: user().meta({ description: 'Former name of `user_id`.' }) })
  .superRefine(({ user_id, userId }, context) => {
    const refuse = (message: string, code: string): void => {
      context.addIssue({ code: 'custom', path: ['user_id'], message, params: { code } });
    };
    if (user_id === undefined && userId === undefined) refuse('is required', 'required');
    else if ((user_id ?? userId) !== (userId ?? user_id)) refuse('differs from userId', 'contradiction');
  });

/** DELETE /tasks/scheduled/by-user, service: deletes all scheduled tasks of a user with their runs. */
export const handler = endpoint(
  {
    summary: 'Delete the scheduled tasks of a user',
    guard: 'service',
    request: { body: { format: 'json', schema: body } },
    responses: { 204: { description: 'The user has none, now or before.' } },
  },
  ({ body }, { commit }) =>
    commit(async (tx) => {
      await deleteTasksOf(tx, { userId: body.user_id ?? body.userId });
      return { status: 204 };
    }),
);
