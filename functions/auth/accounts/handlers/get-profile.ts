import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { profileSchema, toProfileBody } from '../account.schema.ts';
import { getOwnAccount } from '../accounts.ts';

/** GET /profile, any signed-in account: reads. */
export const handler = endpoint(
  {
    summary: 'Get your profile',
    guard: 'user',
    responses: { 200: { description: 'The profile.', schema: profileSchema } },
  },
  async (_input, context) => {
    const account = await getOwnAccount(context, callerId(context.caller));
    return { status: 200, body: toProfileBody(account, context) };
  },
);
