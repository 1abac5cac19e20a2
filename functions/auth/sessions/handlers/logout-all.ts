import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, clearedCookies } from '../auth-mode.ts';
import { logOutEverywhere } from '../own-sessions.ts';

/** POST /auth/logout-all, any signed-in account: ends all own sessions, the calling one too. */
export const handler = endpoint(
  {
    summary: 'Sign out everywhere',
    description: 'The body is not read. In cookie mode both cookies are cleared.',
    guard: 'user',
    request: { headers: authModeHeaders() },
    responses: { 204: { description: 'All sessions have ended.' } },
  },
  async ({ headers }, context) => {
    await logOutEverywhere(context, callerId(context.caller), clientOf(context));
    return {
      status: 204,
      cookies: headers['x-auth-mode'] === 'cookie' ? clearedCookies(context.config) : [],
    };
  },
);
