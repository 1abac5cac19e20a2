import { z } from 'zod';
import { invalid } from '#shared/errors/app-error.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { roleSchema } from '../../accounts/account.schema.ts';
import { avatarPart } from '../../accounts/avatars.ts';
import { emailField, usernameField } from '../../accounts/credentials.schema.ts';
import { repeatFlagSchema, settingsFields } from '../../settings/settings.schema.ts';
import { actorOf } from '../actor.ts';
import { updateUser } from '../user-update.ts';

const changes = z
  .object({
    username: usernameField(),
    email: emailField(),
    role: roleSchema,
    active: z.boolean(),
    ...settingsFields,
    alphabetRepeat: repeatFlagSchema,
  })
  .partial()
  .meta({ minProperties: 1, description: 'At least one field.' });

const NAMES = [...Object.keys(changes.shape), 'avatar'];

const nothingGiven = () =>
  invalid({ field: '', message: `must hold at least one of ${NAMES.join(', ')}`, code: 'required' });

/** PATCH /admin/users/{id}, admin: changes account, settings and picture in one transaction. */
export const handler = endpoint(
  {
    summary: 'Change an account',
    description:
      'A new role, or `active: false`, ends all sessions of the account. A new e-mail address takes effect at once, ' +
      'and the old one is notified.',
    guard: 'admin',
    request: {
      path: z.object({ id: pathId() }),
      body: { format: 'json-or-multipart', schema: changes, files: { avatar: avatarPart } },
    },
    responses: { 204: { description: 'The changes have been stored.' } },
    errors: ['conflict', 'last_admin', 'email_taken', 'username_taken'],
  },
  async ({ path, body, files }, context) => {
    const { username, email, role, active, ...settings } = body;
    const { avatar } = files;
    if (Object.keys(body).length === 0 && !avatar) throw nothingGiven();
    const given = { username, email, role, active, settings, avatar };
    await updateUser(context, path.id, given, actorOf(context));
    return { status: 204 };
  },
);
