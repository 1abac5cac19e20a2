import { z } from 'zod';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { avatarField } from '../account.schema.ts';
import { avatarPart, setOwnAvatar } from '../avatars.ts';

/** PUT /profile/avatar, any signed-in account: stores the picture; the file of the old one is removed. */
export const handler = endpoint(
  {
    summary: 'Set your picture',
    guard: 'user',
    request: {
      body: {
        format: 'multipart',
        schema: z.object({}),
        files: { avatar: { ...avatarPart, required: true } },
      },
    },
    responses: {
      200: {
        description: 'The picture has been stored.',
        schema: z.object({ avatar_url: avatarField() }),
      },
    },
  },
  async ({ files }, context) => {
    const { avatar } = files;
    if (!avatar) throw new TypeError('the contract requires the file');
    return {
      status: 200,
      body: { avatar_url: await setOwnAvatar(context, callerId(context.caller), avatar) },
    };
  },
);
