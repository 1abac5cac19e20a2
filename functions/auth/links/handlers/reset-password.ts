import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { linkTokenField, newPasswordField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { resetPassword } from '../passwords.ts';

/** POST /auth/reset-password, public: uses a link of forgot-password; ends all sessions, opens none. */
export const handler = endpoint(
  {
    summary: 'Set a new password by a link',
    description:
      'Ends all sessions of the account and confirms its address. An unknown token is an issue of the field ' +
      '`token` (`unknown_token`); a password that is refused leaves the token usable.',
    guard: 'public',
    request: {
      body: {
        format: 'json',
        schema: z.object({ token: linkTokenField(), password: newPasswordField() }),
        untrimmed: ['password'],
      },
    },
    responses: { 204: { description: 'The password is set.' } },
    errors: ['gone'],
  },
  async (input, context) => {
    await resetPassword(context, input.body, clientOf(context));
    return { status: 204 };
  },
);
