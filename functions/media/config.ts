import { z } from 'zod';
import { type Declared, declareVariables } from '#shared/config/declarations.ts';
import { boundedDuration, cron, integer, secret } from '#shared/config/parsers.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What one call of a function platform carries once it is base64. */
const FUNCTION_PLATFORM_BYTES = 4_194_304;

/** Lambda itself sets this one; serverless-offline imitates the others. */
const onFunctionPlatform = (source: NodeJS.ProcessEnv): boolean =>
  source['AWS_LAMBDA_RUNTIME_API'] !== undefined;

/** How files above 4 MiB are answered, unless it is configured. */
const defaultLargeGet = (source: NodeJS.ProcessEnv) =>
  onFunctionPlatform(source) ? ('redirect' as const) : ('stream' as const);

/** The variables of media.md, section 11, but for those of the store itself. */
export const variables = declareVariables({
  variables: {
    MEDIA_URL_SECRET: secret(),
    MEDIA_URL_SECRET_PREVIOUS: secret().optional(),
    MEDIA_LINK_WINDOW: boundedDuration('6h', SECOND_MS, 6 * HOUR_MS),
    MEDIA_UPLOAD_TTL: boundedDuration('1h', SECOND_MS, HOUR_MS),
    MEDIA_ATTACH_TTL: boundedDuration('12h', SECOND_MS, 12 * HOUR_MS),
    MEDIA_DIRECT_MAX_BYTES: integer(1, 1_000_000_000_000).optional(),
    MEDIA_LARGE_GET: z.enum(['stream', 'redirect']).optional(),
    MEDIA_SWEEP_CRON: cron().prefault('17 * * * *'),
    MEDIA_SWEEP_GRACE: boundedDuration('24h', MINUTE_MS, 365 * 24 * HOUR_MS),
  },
  localDefaults: { MEDIA_URL_SECRET: 'local-media-url-secret-worthless-0123456789' },
  check: (config, source) =>
    config.MEDIA_STORE === 'filesystem' && (config.MEDIA_LARGE_GET ?? defaultLargeGet(source)) === 'redirect'
      ? ['MEDIA_LARGE_GET: redirect needs MEDIA_STORE=s3, and so does every function platform']
      : [],
  complete: (config, source) => ({
    MEDIA_DIRECT_MAX_BYTES:
      config.MEDIA_DIRECT_MAX_BYTES ??
      (onFunctionPlatform(source) ? FUNCTION_PLATFORM_BYTES : Number.MAX_SAFE_INTEGER),
    MEDIA_LARGE_GET: config.MEDIA_LARGE_GET ?? defaultLargeGet(source),
  }),
});

type MediaVariables = Declared<typeof variables>;

declare module '#shared/config/declarations.ts' {
  interface DomainVariables extends MediaVariables {}
}
