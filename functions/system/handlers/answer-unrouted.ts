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
    const methods = methodsAt(request.rawPath);
    if (methods.length === 0) throw new AppError('not_found');
    const allow = [...methods, 'OPTIONS'].join(', ');
    if (request.method !== 'OPTIONS') throw new AppError('method_not_allowed', { headers: { allow } });
    return { status: 204, headers: { allow, ...PREFLIGHT_HEADERS } };
  },
);
