import { z } from 'zod';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { kanaProgressSchema } from '../kana-test.schema.ts';
import { listHistory } from '../progress.ts';

/** GET /test-results/history, any signed-in account: reads. */
export const handler = endpoint(
  {
    summary: 'List your marks',
    guard: 'user',
    responses: {
      200: {
        description: 'The characters with at least one tested skill, ordered by id.',
        schema: z.array(kanaProgressSchema),
      },
    },
  },
  async (_input, context) => {
    const history = await listHistory(context, callerId(context.caller));
    const body = history.map((progress) => ({
      ...progress,
      lastTestedAt: progress.lastTestedAt.toISOString(),
    }));
    return { status: 200, body };
  },
);
