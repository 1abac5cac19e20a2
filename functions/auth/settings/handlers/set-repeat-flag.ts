import { z } from 'zod';
import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { repeatFlagField } from '../settings.schema.ts';
import { updateOwnSettings } from '../settings.ts';

/** PUT /profile/repeat-flag, any signed-in account: stores the flag and creates or deletes the repeat task. */
export const handler = endpoint(
  {
    summary: 'Say whether learnt kana come back',
    description: '`repeat` creates a task that mails every night; any other flag deletes it.',
    guard: 'user',
    request: { body: { format: 'json', schema: z.object({ flag: repeatFlagField() }) } },
    responses: { 204: { description: 'Stored, now or before.' } },
  },
  async ({ body }, context) => {
    await updateOwnSettings(context, callerId(context.caller), { alphabetRepeat: body.flag });
    return { status: 204 };
  },
);
