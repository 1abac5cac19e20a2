import { AppError } from '#shared/errors/app-error.ts';
import { PREFLIGHT_HEADERS } from '#shared/http/cors.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { methodsAt } from '#shared/http/routing-table.ts';

/** Everything that has no route, public: preflights, 405 for known paths, 404 for the rest. */
export const handler = endpoint(
  {
    summary: 'Answer everything else',
    guard: 'public',
    rateLimit: 'none',
    responses: { 204: { description: 'A preflight of a known path.' } },
    errors: ['method_not_allowed'],
  },
  (_input, { request }) => {
    const answered = methodsAt(request.rawPath);
    if (answered.length === 0) throw new AppError('not_found');
    const methods = [...answered, 'OPTIONS'];
    if (request.method !== 'OPTIONS') throw new AppError('method_not_allowed', { data: { methods } });
    return { status: 204, headers: { allow: methods.join(', '), ...PREFLIGHT_HEADERS } };
  },
);
