import { z } from 'zod';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { repeatFlagSchema } from '../settings.schema.ts';
import { updateOwnSettings } from '../settings.ts';

/** PUT /profile/repeat-flag, any signed-in account: stores the flag and creates or deletes the repeat task. */
export const handler = endpoint(
  {
    summary: 'Choose whether to repeat mastered kana',
    description: '`repeat` schedules a nightly reminder by e-mail; any other value removes it.',
    guard: 'user',
    request: { body: { format: 'json', schema: z.object({ flag: repeatFlagSchema }) } },
    responses: { 204: { description: 'The choice has been stored.' } },
  },
  async ({ body }, context) => {
    await updateOwnSettings(context, callerId(context.caller), { alphabetRepeat: body.flag });
    return { status: 204 };
  },
);
