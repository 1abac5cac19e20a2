import { callerId } from '#shared/http/caller.ts';
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
      .meta({ description: 'Needed with an `email` other than the stored one.' }),
  },
);

/** PATCH /profile, any signed-in account: a username takes effect at once, an address with the link of a mail. */
export const handler = endpoint(
  {
    summary: 'Change the own username or address',
    description:
      'Another address waits as `pendingEmail` until the link that is mailed to it is used; the stored one is told ' +
      'and stays valid. The stored address as `email` drops one that waits.',
    guard: 'user',
    request: { body: { format: 'json', schema: changes, untrimmed: ['currentPassword'] } },
    responses: { 204: { description: 'All changes are stored.' } },
    errors: ['invalid_credentials', 'email_taken', 'username_taken'],
  },
  async ({ body }, context) => {
    await updateProfile(context, callerId(context.caller), body, clientOf(context));
    return { status: 204 };
  },
);
