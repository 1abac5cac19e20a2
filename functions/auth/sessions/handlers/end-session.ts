import { z } from 'zod';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, CLEARED_COOKIES, clearedCookies } from '../auth-mode.ts';
import { endOwnSession } from '../own-sessions.ts';

/** DELETE /profile/sessions/{id}, any signed-in account: ends one of your own sessions, at once. */
export const handler = endpoint(
  {
    summary: 'Sign out one session',
    description: 'The session ends at once.',
    guard: 'user',
    request: { path: z.object({ id: longPathId() }), headers: authModeHeaders() },
    responses: { 204: { description: 'The session has ended.', headers: CLEARED_COOKIES } },
  },
  async ({ path, headers }, context) => {
    const { caller, config } = context;
    await endOwnSession(context, { userId: callerId(caller), id: path.id }, clientOf(context));
    const isCurrent = caller.kind === 'user' && caller.sessionId === path.id;
    const clears = isCurrent && headers['x-auth-mode'] === 'cookie';
    return { status: 204, cookies: clears ? clearedCookies(config) : [] };
  },
);
