import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { linkTokenField, newPasswordField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { resetPassword } from '../passwords.ts';

/** POST /auth/reset-password, public: uses a link of forgot-password; ends all sessions, opens none. */
export const handler = endpoint(
  {
    summary: 'Reset a password',
    description:
      'Ends all sessions of the account and confirms its e-mail address. An unknown token is reported on `token` as ' +
      '`unknown_token`. A rejected password does not use up the token.',
    guard: 'public',
    request: {
      body: {
        format: 'json',
        schema: z.object({ token: linkTokenField(), password: newPasswordField() }),
        untrimmed: ['password'],
      },
    },
    responses: { 204: { description: 'The password has been set.' } },
    errors: ['gone'],
  },
  async (input, context) => {
    await resetPassword(context, input.body, clientOf(context));
    return { status: 204 };
  },
);
