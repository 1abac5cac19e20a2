import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { clientOf } from '../../events/client.ts';
import { avatarPart } from '../avatars.ts';
import { emailField, newPasswordField, usernameField, withoutIdentity } from '../credentials.schema.ts';
import { prepareRegistration, registerAccount } from '../registration.ts';

const registration = withoutIdentity(
  z.object({ email: emailField(), username: usernameField(), password: newPasswordField() }),
);

/** POST /auth/register, public: writes an unverified account, its settings, its link and the task of its mail. */
export const handler = endpoint(
  {
    summary: 'Sign up',
    description:
      'A confirmation link is sent to the e-mail address. You can sign in once you have opened it.',
    guard: 'public',
    idempotent: true,
    request: {
      body: {
        format: 'json-or-multipart',
        schema: registration,
        untrimmed: ['password'],
        files: { avatar: avatarPart },
      },
    },
    responses: {
      201: {
        description: 'The account has been created. Its e-mail address is not confirmed yet.',
        schema: createdSchema,
        headers: { Location: 'Link to the profile.' },
      },
    },
    errors: ['email_taken', 'username_taken'],
  },
  async ({ body, files }, context) => {
    const person = { ...body, avatar: files['avatar'] };
    const prepared = await prepareRegistration(context, person, clientOf(context));
    return context.commit(async (tx) => ({
      status: 201,
      headers: { location: '/api/v6/profile' },
      body: {
        id: await registerAccount(tx, context, prepared),
        message: 'account created, check your e-mail',
      },
    }));
  },
);
