import { z } from 'zod';
import { callerClaims } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { clientOf } from '../../events/client.ts';
import { changePassword } from '../../links/passwords.ts';
import { givenPasswordField, newPasswordField } from '../credentials.schema.ts';

/** PUT /profile/password, any signed-in account: ends all other sessions; counts and records failures. */
export const handler = endpoint(
  {
    summary: 'Change your password',
    description: 'Ends all your other sessions.',
    guard: 'user',
    request: {
      body: {
        format: 'json',
        schema: z.object({ currentPassword: givenPasswordField(), password: newPasswordField() }),
        untrimmed: ['currentPassword', 'password'],
      },
    },
    responses: { 204: { description: 'The password has been changed.' } },
    errors: ['invalid_credentials'],
  },
  async (input, context) => {
    await changePassword(context, callerClaims(context.caller), input.body, clientOf(context));
    return { status: 204 };
  },
);
