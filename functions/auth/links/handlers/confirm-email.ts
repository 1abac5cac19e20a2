import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { messageSchema } from '#shared/http/fields.ts';
import { linkTokenField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { confirmLink } from '../verification.ts';
import { verificationPage } from '../verification-page.ts';

/** GET /auth/verify-email, public: uses the link of a mail; never signs anybody in. */
export const handler = endpoint(
  {
    summary: 'Confirm an e-mail address by opening its link',
    description: 'Returns a page when `Accept` prefers HTML. It never signs anyone in.',
    guard: 'public',
    head: false,
    request: { query: z.object({ validToken: linkTokenField() }) },
    responses: { 200: { description: 'The address has been confirmed.', schema: messageSchema } },
    errors: ['invalid_verification_token', 'already_verified', 'email_taken'],
    page: verificationPage,
  },
  async (input, context) => {
    await confirmLink(context, input.query.validToken, clientOf(context), false);
    return { status: 200, body: { message: 'Your e-mail address is confirmed.' } };
  },
);
