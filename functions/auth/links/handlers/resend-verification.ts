import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { messageSchema } from '#shared/http/fields.ts';
import { emailField } from '../../accounts/credentials.schema.ts';
import { clientOf } from '../../events/client.ts';
import { countMailRequest, requestMail } from '../mail-requests.ts';

/** POST /auth/resend-verification, public: writes a request for another link of a registration; the worker looks whose address it is. */
export const handler = endpoint(
  {
    summary: 'Request another confirmation link',
    description:
      'Sends a link if the address belongs to an account that is not confirmed. The response is the same either way.',
    guard: 'public',
    idempotent: true,
    request: { body: { format: 'json', schema: z.object({ email: emailField() }) } },
    responses: { 202: { description: 'The request has been accepted.', schema: messageSchema } },
  },
  async (input, context) => {
    const request = { kind: 'resend_verification' as const, email: input.body.email };
    const wanted = await countMailRequest(context, request, clientOf(context).network);
    return context.commit(async (tx) => {
      if (wanted) await requestMail(tx, context, request);
      return {
        status: 202,
        body: { message: 'if the address is waiting to be confirmed, an e-mail is on its way' },
      };
    });
  },
);
