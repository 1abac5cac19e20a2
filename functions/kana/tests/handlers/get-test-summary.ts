import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { kanaSummarySchema } from '../kana-test.schema.ts';
import { getSummary } from '../progress.ts';

/** GET /test-results/summary, any signed-in account: reads. */
export const handler = endpoint(
  {
    summary: 'Get your progress',
    description: 'Counts the skills that can be mastered; listening only includes characters with a sound.',
    guard: 'user',
    responses: {
      200: {
        description: 'The counts.',
        schema: kanaSummarySchema,
      },
    },
  },
  async (_input, context) => ({ status: 200, body: await getSummary(context, callerId(context.caller)) }),
);
