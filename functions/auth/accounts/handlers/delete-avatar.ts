import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { deleteOwnAvatar } from '../avatars.ts';

/** DELETE /profile/avatar, any signed-in account: takes the picture away and has its file removed. */
export const handler = endpoint(
  {
    summary: 'Remove your picture',
    guard: 'user',
    responses: { 204: { description: 'You have no picture now.' } },
  },
  async (_input, context) => {
    await deleteOwnAvatar(context, callerId(context.caller));
    return { status: 204 };
  },
);
