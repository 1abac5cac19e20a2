import { z } from 'zod';
import { authModeHeaders, clearedCookies, clientOf, givenPasswordField } from '#functions/auth/index.ts';
import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { eraseOwnAccount } from '../erasure.ts';

/** DELETE /profile, any signed-in account: erases everything about it; files are removed afterwards. */
export const handler = endpoint(
  {
    summary: 'Erase the own account',
    description:
      'Everything that is kept about the account goes at once, and its tokens fail from then on. Username and ' +
      'address are free again. In cookie mode both cookies are cleared.',
    guard: 'user',
    request: {
      headers: authModeHeaders(),
      body: {
        format: 'json',
        schema: z.object({ password: givenPasswordField() }),
        untrimmed: ['password'],
      },
    },
    responses: { 204: { description: 'Nothing is left of the account.' } },
    errors: ['invalid_credentials', 'last_admin', 'conflict'],
  },
  async ({ headers, body: { password } }, context) => {
    const userId = callerId(context.caller);
    await eraseOwnAccount(context, { userId, password, client: clientOf(context) });
    const cookies = headers['x-auth-mode'] === 'cookie' ? clearedCookies(context.config) : [];
    return { status: 204, cookies };
  },
);
