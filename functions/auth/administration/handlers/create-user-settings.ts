import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema, pathId } from '#shared/http/fields.ts';
import { actorOf } from '../actor.ts';
import { ensureSettings } from '../users.ts';

/** POST /admin/users/{id}/settings, admin: creates default settings where there are none. */
export const handler = endpoint(
  {
    summary: 'Create settings for an account',
    description: 'Creates default settings. Existing settings are left unchanged. The body is ignored.',
    guard: 'admin',
    idempotent: true,
    request: { path: z.object({ id: pathId() }) },
    responses: {
      200: { description: 'The account already has settings.', schema: createdSchema },
      201: {
        description: 'Default settings have been created.',
        schema: createdSchema,
        headers: { Location: 'Link to the account.' },
      },
    },
  },
  ({ path }, context) =>
    context.commit(async (tx) => {
      const { id, created } = await ensureSettings(tx, context, path.id, actorOf(context));
      if (!created) return { status: 200, body: { id, message: 'the account already has settings' } };
      return {
        status: 201,
        headers: { location: `/api/v6/admin/users/${path.id}` },
        body: { id, message: 'settings created' },
      };
    }),
);
