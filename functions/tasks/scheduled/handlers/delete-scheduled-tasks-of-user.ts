import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { withRule } from '#shared/http/field-rules.ts';
import { LARGEST_REFERENCE } from '../scheduled-task.schema.ts';
import { deleteTasksOf } from '../scheduled-tasks.ts';

const user = () => z.int().min(1).max(LARGEST_REFERENCE).optional();

const body = withRule(
  z
    .object({ user_id: user(), userId: user().meta({ description: 'The former name of `user_id`.' }) })
    .meta({ anyOf: [{ required: ['user_id'] }, { required: ['userId'] }] }),
  ({ user_id, userId }, isFaulty) => {
    if (isFaulty('user_id') || isFaulty('userId')) return [];
    const given = user_id ?? userId;
    if (given === undefined) return [{ field: 'user_id', message: 'is required', code: 'required' }];
    if (given === (userId ?? user_id)) return [];
    return [{ field: 'user_id', message: 'differs from userId', code: 'contradiction' }];
  },
);

/** DELETE /tasks/scheduled/by-user, service: deletes all scheduled tasks of a user with their runs. */
export const handler = endpoint(
  {
    summary: 'Delete the scheduled tasks of a user',
    guard: 'service',
    request: { body: { format: 'json', schema: body } },
    responses: { 204: { description: 'The user has no scheduled tasks now.' } },
  },
  ({ body }, { commit }) =>
    commit(async (tx) => {
      await deleteTasksOf(tx, { userId: body.user_id ?? body.userId });
      return { status: 204 };
    }),
);
