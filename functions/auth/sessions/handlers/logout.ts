import { endpoint } from '#shared/http/endpoint.ts';
import { authModeHeaders, CLEARED_COOKIES, clearedCookies } from '../auth-mode.ts';
import { logOutByRequest } from '../logout.ts';
import { refreshBody, refreshCredentials } from '../refresh-credential.ts';

/** POST /auth/logout, public: ends the session that the request names, by whichever token. */
export const handler = endpoint(
  {
    summary: 'Sign out',
    description:
      'Ends the session of the first of these: the refresh token in the body, the refresh token in the cookie (cookie ' +
      'mode), the access token, which may have expired.',
    guard: 'public',
    request: {
      headers: authModeHeaders(),
      body: { format: 'json', schema: refreshBody(), optional: true },
    },
    responses: { 204: { description: 'The session has ended, now or earlier.', headers: CLEARED_COOKIES } },
    errors: ['unauthenticated', 'invalid_token', 'csrf_rejected'],
  },
  async (input, context) => {
    const mode = input.headers['x-auth-mode'];
    const refresh = refreshCredentials(input.body, context.request, mode);
    const cookies = mode === 'cookie' ? clearedCookies(context.config) : [];
    context.setCookiesOn(['unauthenticated', 'invalid_token'], cookies);
    await logOutByRequest(context, { refresh, mode });
    return { status: 204, cookies };
  },
);
