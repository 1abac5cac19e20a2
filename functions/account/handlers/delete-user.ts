import { z } from 'zod';
import { callerClaims } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { eraseUser } from '../erasure.ts';

/** DELETE /admin/users/{id}, admin: erases everything about another account. */
export const handler = endpoint(
  {
    summary: 'Delete an account',
    description:
      'Erases everything that is stored about the account. You cannot delete your own account here, nor the last active admin.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 204: { description: 'The account has been erased.' } },
    errors: ['conflict', 'last_admin'],
  },
  async ({ path }, context) => {
    await eraseUser(context, callerClaims(context.caller), path.id);
    return { status: 204 };
  },
);
