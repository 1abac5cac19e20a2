import { z } from 'zod';
import { callerId } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { getSummary } from '../progress.ts';

const number = () => z.int().min(0);
const counts = () => z.object({ tested: number(), mastered: number(), total: number() });
const alphabet = () => z.object({ reading: counts(), writing: counts(), listening: counts() });

/** GET /test-results/summary, any signed-in account: reads. */
export const handler = endpoint(
  {
    summary: 'The own progress in numbers',
    description: 'Counts skills that can be attained: listening only of characters with audio.',
    guard: 'user',
    responses: {
      200: {
        description: 'Tested, mastered (a mark of at least 0.9) and all skills.',
        schema: z.object({ hiragana: alphabet(), katakana: alphabet() }),
      },
    },
  },
  async (_input, context) => ({ status: 200, body: await getSummary(context, callerId(context.caller)) }),
);
