import type { Config } from '../config/config.ts';
import { corsHeaders } from './cors.ts';

/** The headers that every response carries, whoever made it (conventions.md). */
export const commonHeaders = (
  requestId: string,
  origin: string | undefined,
  config: Pick<Config, 'CORS_ALLOWED_ORIGINS'>,
): Record<string, string> => ({
  'x-request-id': requestId,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  ...corsHeaders(origin, config.CORS_ALLOWED_ORIGINS),
});

/** For the pages we write ourselves: no script, no style from elsewhere, no framing. */
export const STRICT_CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
