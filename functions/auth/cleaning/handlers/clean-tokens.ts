import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { cleanTokens } from '../cleaning.ts';

const clean = () =>
  endpoint(
    {
      summary: 'Clean up expired account data',
      description:
        'Removes ended sessions, links that expired more than 30 days ago, expired pending addresses, unused networks, old events ' +
        'and finished mail requests. GET and POST do the same.',
      guard: 'service',
      head: false,
      responses: {
        200: {
          description: 'The number of sessions and links that were removed.',
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
