import { z } from 'zod';
import { callerClaims } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { eraseUser } from '../erasure.ts';

/** DELETE /admin/users/{id}, admin: erases everything about another account. */
export const handler = endpoint(
  {
    summary: 'Erase an account',
    description: 'As the owner could. An admin cannot erase the own account here, nor the last active admin.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 204: { description: 'Nothing is left of the account.' } },
    errors: ['conflict', 'last_admin'],
  },
  async ({ path }, context) => {
    await eraseUser(context, callerClaims(context.caller), path.id);
    return { status: 204 };
  },
);
