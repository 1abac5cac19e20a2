import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { profileBody, toProfileBody } from '../account.schema.ts';
import { getOwnAccount } from '../accounts.ts';

/** GET /profile, any signed-in account: reads. */
export const handler = endpoint(
  {
    summary: 'The own profile',
    guard: 'user',
    responses: { 200: { description: 'The profile.', schema: profileBody() } },
  },
  async (_input, context) => {
    const account = await getOwnAccount(context, callerId(context.caller));
    return { status: 200, body: toProfileBody(account, context) };
  },
);
