import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, CLEARED_COOKIES, clearedCookies } from '../auth-mode.ts';
import { logOutEverywhere } from '../own-sessions.ts';

/** POST /auth/logout-all, any signed-in account: ends all own sessions, the calling one too. */
export const handler = endpoint(
  {
    summary: 'Sign out everywhere',
    description: 'Ends all your sessions, including this one. The body is ignored.',
    guard: 'user',
    request: { headers: authModeHeaders() },
    responses: { 204: { description: 'All sessions have ended.', headers: CLEARED_COOKIES } },
  },
  async ({ headers }, context) => {
    await logOutEverywhere(context, callerId(context.caller), clientOf(context));
    return {
      status: 204,
      cookies: headers['x-auth-mode'] === 'cookie' ? clearedCookies(context.config) : [],
    };
  },
);
