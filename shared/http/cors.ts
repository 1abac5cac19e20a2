const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const REQUEST_HEADERS =
  'Content-Type, Authorization, X-Request-ID, X-API-Key, X-Auth-Mode, Idempotency-Key, If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since, If-Range, Range, Prefer';
const EXPOSED_HEADERS =
  'X-Request-ID, Preference-Applied, X-Total-Count, Link, Location, ETag, Retry-After, RateLimit, RateLimit-Policy, Content-Range, Accept-Ranges, Content-Disposition';
const MAX_AGE_SECONDS = '3600';

/** Whether the list names this origin; `*` names none, because it goes without credentials. */
export const isListedOrigin = (origin: string, allowed: readonly string[]): boolean =>
  origin !== '*' && allowed.includes(origin);

/** CORS headers of any answer to a request with (or without) an `Origin`. */
export const corsHeaders = (
  origin: string | undefined,
  allowed: readonly string[],
): Record<string, string> => {
  if (origin !== undefined && isListedOrigin(origin, allowed)) {
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': EXPOSED_HEADERS,
      vary: 'Origin',
    };
  }
  if (allowed.includes('*')) {
    return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS };
  }
  // The answer for a listed origin differs, so caches must keep them apart.
  return allowed.length > 0 ? { vary: 'Origin' } : {};
};

/** What a preflight answer (204) adds to {@link corsHeaders}. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': REQUEST_HEADERS,
  'access-control-max-age': MAX_AGE_SECONDS,
};
