import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, clearedCookies, deliver, TOKEN_COOKIES, tokenFields } from '../auth-mode.ts';
import { pickRefreshCredential, refreshBody } from '../refresh-credential.ts';
import { refreshSession } from '../sessions.ts';

/** POST /auth/refresh, public: exchanges a refresh token; a replayed one ends its session. */
export const handler = endpoint(
  {
    summary: 'Refresh your tokens',
    description:
      'Takes the refresh token from the body, otherwise (in cookie mode) from the cookie. A token that has been used ' +
      'keeps working for a few seconds, for requests in flight; using it later ends the session.',
    guard: 'public',
    request: {
      headers: authModeHeaders(),
      body: { format: 'json', schema: refreshBody(), optional: true },
    },
    responses: {
      200: {
        description: 'New tokens.',
        headers: TOKEN_COOKIES,
        schema: z.object({ message: z.string(), ...tokenFields() }),
      },
    },
    errors: ['unauthenticated', 'invalid_token', 'csrf_rejected'],
  },
  async (input, context) => {
    const mode = input.headers['x-auth-mode'];
    const credential = pickRefreshCredential(input.body, context, mode);
    if (credential.from === 'cookie') context.setCookiesOn(['invalid_token'], clearedCookies(context.config));
    const tokens = await refreshSession(context, credential, clientOf(context));
    const { cookies, fields } = deliver(context.config, mode, tokens);
    return { status: 200, cookies, body: { message: 'tokens refreshed', ...fields } };
  },
);
