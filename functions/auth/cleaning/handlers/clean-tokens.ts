import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { cleanTokens } from '../cleaning.ts';

const clean = () =>
  endpoint(
    {
      summary: 'Clean up after accounts',
      description:
        'Removes, in batches, sessions that are over, links 30 days past their expiry, expired pending addresses, ' +
        'unused networks, old events and done requests for mails. GET and POST do the same.',
      guard: 'service',
      head: false,
      responses: {
        200: {
          description: 'Sessions and links that were removed.',
          schema: z.object({ message: z.string(), deleted: z.int().min(0) }),
        },
      },
    },
    async (_input, context) => {
      const deleted = await cleanTokens(context);
      return { status: 200, body: { message: 'tokens cleaned', deleted } };
    },
  );

/** POST /tokens/clean, service: removes sessions, links and other rows that are over. */
export const byPost = clean();

/** GET /tokens/clean, service: the same, for callers that can do nothing else. */
export const byGet = clean();
