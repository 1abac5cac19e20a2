import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { settingsSchema } from '../settings.schema.ts';
import { getOwnSettings } from '../settings.ts';

/** GET /profile/settings, any signed-in account: reads; what was never stored is the default. */
export const handler = endpoint(
  {
    summary: 'Get your settings',
    guard: 'user',
    responses: { 200: { description: 'The settings.', schema: settingsSchema } },
  },
  async (_input, context) => ({
    status: 200,
    body: await getOwnSettings(context, callerId(context.caller)),
  }),
);
