import { z } from 'zod';
import {
  authModeHeaders,
  CLEARED_COOKIES,
  clearedCookies,
  clientOf,
  givenPasswordField,
} from '#functions/auth/index.ts';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { eraseOwnAccount } from '../erasure.ts';

/** DELETE /profile, any signed-in account: erases everything about it; files are removed afterwards. */
export const handler = endpoint(
  {
    summary: 'Delete your account',
    description:
      'Erases everything that is stored about you, at once. Your tokens stop working, and your username and e-mail ' +
      'address become available again.',
    guard: 'user',
    request: {
      headers: authModeHeaders(),
      body: {
        format: 'json',
        schema: z.object({ password: givenPasswordField() }),
        untrimmed: ['password'],
      },
    },
    responses: { 204: { description: 'The account has been erased.', headers: CLEARED_COOKIES } },
    errors: ['invalid_credentials', 'last_admin', 'conflict'],
  },
  async ({ headers, body: { password } }, context) => {
    const userId = callerId(context.caller);
    await eraseOwnAccount(context, { userId, password, client: clientOf(context) });
    const cookies = headers['x-auth-mode'] === 'cookie' ? clearedCookies(context.config) : [];
    return { status: 204, cookies };
  },
);
