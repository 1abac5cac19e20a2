import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { toUserDetails, userDetailsSchema } from '../user.schema.ts';
import { getUser } from '../users.ts';

/** GET /admin/users/{id}, admin: an account with its settings. */
export const handler = endpoint(
  {
    summary: 'Get an account',
    description: 'An account without settings has a `message` in their place.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 200: { description: 'The account.', schema: userDetailsSchema } },
  },
  async ({ path }, context) => {
    const { account, settings } = await getUser(context, path.id);
    return { status: 200, body: toUserDetails(account, settings, context) };
  },
);
