import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { emailField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { countMailRequest, requestMail } from '../mail-requests.ts';

/** POST /auth/resend-verification, public: writes a request for another link of a registration; the worker looks whose address it is. */
export const handler = endpoint(
  {
    summary: 'Ask for another link that confirms the address',
    description:
      'The address of an account that is not confirmed gets a mail; any other address gets nothing. The answer is the same.',
    guard: 'public',
    idempotent: true,
    request: { body: { format: 'json', schema: z.object({ email: emailField() }) } },
    responses: { 202: { description: 'Taken.', schema: z.object({ message: z.string() }) } },
  },
  async (input, context) => {
    const request = { kind: 'resend_verification' as const, email: input.body.email };
    const wanted = await countMailRequest(context, request, clientOf(context).network);
    return context.commit(async (tx) => {
      if (wanted) await requestMail(tx, context, request);
      return { status: 202, body: { message: 'if the address waits to be confirmed, a mail is on its way' } };
    });
  },
);
