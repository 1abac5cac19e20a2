import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { signedInUserSchema, toUserBody } from '../../accounts/account.schema.ts';
import { linkTokenField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, deliver, TOKEN_COOKIES, tokenFields } from '../../sessions/auth-mode.ts';
import { confirmLink } from '../verification.ts';

const MESSAGE = 'e-mail address confirmed';

/** POST /auth/verify-email, public: uses a link; one of a registration also opens a session. */
export const handler = endpoint(
  {
    summary: 'Confirm an e-mail address',
    description: 'The link from a sign-up also signs you in; the link for a changed address does not.',
    guard: 'public',
    request: {
      headers: authModeHeaders(),
      body: { format: 'json', schema: z.object({ token: linkTokenField() }) },
    },
    responses: {
      200: {
        description: 'The address has been confirmed.',
        headers: TOKEN_COOKIES,
        schema: z.object({ message: z.string(), user: signedInUserSchema.optional(), ...tokenFields() }),
      },
    },
    errors: ['invalid_verification_token', 'already_verified', 'email_taken'],
  },
  async (input, context) => {
    const confirmed = await confirmLink(context, input.body.token, clientOf(context), true);
    if (confirmed.kind === 'change' || !confirmed.tokens) return { status: 200, body: { message: MESSAGE } };
    const { cookies, fields } = deliver(context.config, input.headers['x-auth-mode'], confirmed.tokens);
    const body = { message: MESSAGE, user: toUserBody(confirmed.account), ...fields };
    return { status: 200, cookies, body };
  },
);
