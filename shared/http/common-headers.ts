import type { Config } from '../config/config.ts';
import { corsHeaders } from './cors.ts';

/** A year: from the first answer on browsers come by https alone. */
const STRICT_TRANSPORT_SECURITY = { 'strict-transport-security': 'max-age=31536000' };

/** The headers that every response carries, whoever made it (conventions.md). */
export const commonHeaders = (
  requestId: string,
  origin: string | undefined,
  config: Pick<Config, 'CORS_ALLOWED_ORIGINS' | 'PUBLIC_BASE_URL'>,
): Record<string, string> => ({
  'x-request-id': requestId,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  ...(config.PUBLIC_BASE_URL.startsWith('https:') ? STRICT_TRANSPORT_SECURITY : {}),
  ...corsHeaders(origin, config.CORS_ALLOWED_ORIGINS),
});

/** For the pages we write ourselves: no script, no style from elsewhere, no framing. */
export const STRICT_CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
