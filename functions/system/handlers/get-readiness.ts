import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { checkReadiness } from '../readiness.ts';

const check = z.enum(['ok', 'down']);
const readiness = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    checks: z.object({ database: check, redis: check, media: check }),
  })
  .meta({ id: 'Readiness' });

/** GET /ready, public: asks the database, Redis and the media store, each for at most 2 s. */
export const handler = endpoint(
  {
    summary: 'Check that requests can be served',
    description: '`degraded` means that only Redis is down; requests are still served, and nothing is lost.',
    guard: 'public',
    rateLimit: 'none',
    responses: {
      200: { description: 'Requests can be served.', schema: readiness },
      503: { description: 'Something that requests need is down.', schema: readiness },
    },
  },
  async (_input, context) => {
    const body = await checkReadiness(context);
    return body.status === 'down' ? { status: 503, body } : { status: 200, body };
  },
);
