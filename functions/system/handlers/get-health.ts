import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';

/** GET /health, public: tells that the process answers. Touches nothing. */
export const handler = endpoint(
  {
    summary: 'Check that the process responds',
    guard: 'public',
    rateLimit: 'none',
    responses: {
      200: { description: 'The process responds.', schema: z.object({ status: z.literal('ok') }) },
    },
  },
  () => ({ status: 200, body: { status: 'ok' } }),
);
