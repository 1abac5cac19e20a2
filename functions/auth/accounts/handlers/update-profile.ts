import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { patchBody } from '#shared/http/request-fields.ts';
import { clientOf } from '../../events/client.ts';
import { emailField, givenPasswordField, usernameField } from '../credentials.schema.ts';
import { updateProfile } from '../profile-update.ts';

const changes = patchBody(
  { username: usernameField().optional(), email: emailField().optional() },
  {
    currentPassword: givenPasswordField()
      .optional()
      .meta({ description: 'Required to change the e-mail address.' }),
  },
);

/** PATCH /profile, any signed-in account: a username takes effect at once, an address with the link of a mail. */
export const handler = endpoint(
  {
    summary: 'Change your username or e-mail address',
    description:
      'A new address becomes `pendingEmail` and takes effect once the link that is sent to it has been opened. Until ' +
      'then the current address stays valid, and it is notified. Sending the current address discards a pending one.',
    guard: 'user',
    request: { body: { format: 'json', schema: changes, untrimmed: ['currentPassword'] } },
    responses: { 204: { description: 'The changes have been stored.' } },
    errors: ['invalid_credentials', 'email_taken', 'username_taken'],
  },
  async ({ body }, context) => {
    await updateProfile(context, callerId(context.caller), body, clientOf(context));
    return { status: 204 };
  },
);
