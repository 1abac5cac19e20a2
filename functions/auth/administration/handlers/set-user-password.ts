import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { newPasswordField } from '../../accounts/credentials.schema.ts';
import { actorOf } from '../actor.ts';
import { setUserPassword } from '../users.ts';

/** PATCH /admin/users/{id}/password, admin: sets a password and ends all sessions of the user. */
export const handler = endpoint(
  {
    summary: 'Set the password of an account',
    description:
      'Ends all sessions of the account, including yours if it is your own. An inactive account stays inactive.',
    guard: 'admin',
    request: {
      path: z.object({ id: pathId() }),
      body: {
        format: 'json',
        schema: z.object({ password: newPasswordField() }),
        untrimmed: ['password'],
      },
    },
    responses: { 204: { description: 'The password has been set.' } },
  },
  async ({ path, body }, context) => {
    await setUserPassword(context, { id: path.id, password: body.password }, actorOf(context));
    return { status: 204 };
  },
);
