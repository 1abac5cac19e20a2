import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { signedInUserSchema, toUserBody } from '../../accounts/account.schema.ts';
import { boundedText, givenPasswordField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { authModeHeaders, deliver, TOKEN_COOKIES, tokenFields } from '../auth-mode.ts';
import { logIn } from '../login.ts';

/** POST /auth/login, public: opens a session; counts and records failures. */
export const handler = endpoint(
  {
    summary: 'Sign in',
    description:
      '`login` is an e-mail address if it contains `@`, otherwise a username. In cookie mode the tokens are set as ' +
      'cookies; with `X-Auth-Mode: token` they are in the body.',
    guard: 'public',
    request: {
      headers: authModeHeaders(),
      body: {
        format: 'json',
        schema: z.object({ login: boundedText(1, 100), password: givenPasswordField() }),
        untrimmed: ['password'],
      },
    },
    responses: {
      200: {
        description: 'You are signed in.',
        headers: TOKEN_COOKIES,
        schema: z.object({ message: z.string(), user: signedInUserSchema, ...tokenFields() }),
      },
    },
    errors: ['invalid_credentials', 'email_not_verified'],
  },
  async (input, context) => {
    const { account, tokens } = await logIn(context, input.body, clientOf(context));
    const { cookies, fields } = deliver(context.config, input.headers['x-auth-mode'], tokens);
    return {
      status: 200,
      cookies,
      body: { message: 'login successful', user: toUserBody(account), ...fields },
    };
  },
);
