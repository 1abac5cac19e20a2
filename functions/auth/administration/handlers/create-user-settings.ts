import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdBody, pathId } from '#shared/http/fields.ts';
import { actorOf } from '../actor.ts';
import { ensureSettings } from '../users.ts';

/** POST /admin/users/{id}/settings, admin: creates default settings where there are none. */
export const handler = endpoint(
  {
    summary: 'Create the settings of an account',
    description: 'The body is not read. Existing settings stay as they are.',
    guard: 'admin',
    idempotent: true,
    request: { path: z.object({ id: pathId() }) },
    responses: {
      200: { description: 'The account has settings already.', schema: createdBody() },
      201: {
        description: 'Default settings were created.',
        schema: createdBody(),
        headers: { Location: 'The account.' },
      },
    },
  },
  ({ path }, context) =>
    context.commit(async (tx) => {
      const { id, created } = await ensureSettings(tx, context, path.id, actorOf(context));
      if (!created) return { status: 200, body: { id, message: 'the account has settings' } };
      return {
        status: 201,
        headers: { location: `/api/v6/admin/users/${path.id}` },
        body: { id, message: 'settings created' },
      };
    }),
);
