import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { patchBody } from '#shared/http/request-fields.ts';
import { settingsFields } from '../settings.schema.ts';
import { updateOwnSettings } from '../settings.ts';

const changes = patchBody({
  newWordCount: settingsFields.newWordCount.optional(),
  oldWordCount: settingsFields.oldWordCount.optional(),
  alphabetLearnCount: settingsFields.alphabetLearnCount.optional(),
  language: settingsFields.language.optional(),
  timeZone: settingsFields.timeZone.optional(),
  dayStartsAt: settingsFields.dayStartsAt.optional(),
  desiredRetention: settingsFields.desiredRetention.optional(),
});

/** PATCH /profile/settings, any signed-in account: stores what is given; a zone moves the repeat task. */
export const handler = endpoint(
  {
    summary: 'Change your settings',
    description: 'To change `alphabetRepeat`, use `PUT /profile/repeat-flag`.',
    guard: 'user',
    request: { body: { format: 'json', schema: changes } },
    responses: { 204: { description: 'The changes have been stored.' } },
  },
  async ({ body }, context) => {
    await updateOwnSettings(context, callerId(context.caller), body);
    return { status: 204 };
  },
);
