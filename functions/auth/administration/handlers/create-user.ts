import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema, idField } from '#shared/http/fields.ts';
import { roleSchema } from '../../accounts/account.schema.ts';
import { avatarPart } from '../../accounts/avatars.ts';
import {
  emailField,
  newPasswordField,
  usernameField,
  withoutIdentity,
} from '../../accounts/credentials.schema.ts';
import { actorOf } from '../actor.ts';
import { createUser, prepareUser } from '../users.ts';

const newUser = withoutIdentity(
  z.object({
    email: emailField(),
    username: usernameField(),
    password: newPasswordField(),
    role: roleSchema,
  }),
);

/** POST /admin/users, admin: writes an active account with default settings; sends no mail. */
export const handler = endpoint(
  {
    summary: 'Create an account',
    description: 'The account is active at once. No e-mail is sent.',
    guard: 'admin',
    idempotent: true,
    request: {
      body: {
        format: 'json-or-multipart',
        schema: newUser,
        untrimmed: ['password'],
        files: { avatar: avatarPart },
      },
    },
    responses: {
      201: {
        description: 'The account has been created.',
        schema: createdSchema.extend({ userId: idField() }),
        headers: { Location: 'Link to the account.' },
      },
    },
    errors: ['email_taken', 'username_taken'],
  },
  async ({ body, files }, context) => {
    const prepared = await prepareUser(context, { ...body, avatar: files['avatar'] });
    return context.commit(async (tx) => {
      const id = await createUser(tx, context, prepared, actorOf(context));
      return {
        status: 201,
        headers: { location: `/api/v6/admin/users/${id}` },
        body: { id, userId: id, message: 'account created' },
      };
    });
  },
);
