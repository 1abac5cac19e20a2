import { z } from 'zod';
import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { longPathId } from '#shared/http/fields.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, clearedCookies } from '../auth-mode.ts';
import { endOwnSession } from '../own-sessions.ts';

/** DELETE /profile/sessions/{id}, any signed-in account: ends one of the own sessions, at once. */
export const handler = endpoint(
  {
    summary: 'End one of the own sessions',
    description: 'Ending the calling session clears both cookies in cookie mode.',
    guard: 'user',
    request: { path: z.object({ id: longPathId() }), headers: authModeHeaders() },
    responses: { 204: { description: 'Ended.' } },
  },
  async ({ path, headers }, context) => {
    const { caller, config } = context;
    await endOwnSession(context, { userId: callerId(caller), id: path.id }, clientOf(context));
    const isCurrent = caller.kind === 'user' && caller.sessionId === path.id;
    const clears = isCurrent && headers['x-auth-mode'] === 'cookie';
    return { status: 204, cookies: clears ? clearedCookies(config) : [] };
  },
);
