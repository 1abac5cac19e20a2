import { z } from 'zod';
import { boundedDuration, cron, duration, flag, httpUrl, integer } from './parsers.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** What one call of a function platform carries once it is base64. */
const FUNCTION_PLATFORM_BYTES = 4_194_304;

/** The variables of media.md, section 11. */
export const mediaVariables = (secret: () => z.ZodString) => ({
  MEDIA_STORE: z.enum(['filesystem', 's3']).prefault('filesystem'),
  MEDIA_BASE_PATH: z.string().min(1).prefault('./data/media'),
  MEDIA_S3_BUCKET: z.string().min(1).optional(),
  MEDIA_S3_REGION: z.string().min(1).prefault('us-east-1'),
  MEDIA_S3_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._/-]{0,200}$/)
    .prefault(''),
  MEDIA_S3_ENDPOINT: httpUrl().optional(),
  MEDIA_S3_PUBLIC_ENDPOINT: httpUrl().optional(),
  MEDIA_S3_PATH_STYLE: flag().prefault('false'),
  MEDIA_S3_ACCESS_KEY_ID: z.string().optional(),
  MEDIA_S3_SECRET_ACCESS_KEY: z.string().optional(),
  MEDIA_URL_SECRET: secret(),
  MEDIA_URL_SECRET_PREVIOUS: secret().optional(),
  MEDIA_LINK_WINDOW: boundedDuration('6h', SECOND_MS, 6 * HOUR_MS),
  MEDIA_UPLOAD_TTL: boundedDuration('1h', SECOND_MS, HOUR_MS),
  MEDIA_ATTACH_TTL: boundedDuration('12h', SECOND_MS, 12 * HOUR_MS),
  MEDIA_DIRECT_MAX_BYTES: integer(1, 1_000_000_000_000).optional(),
  MEDIA_LARGE_GET: z.enum(['stream', 'redirect']).optional(),
  MEDIA_RATE_LIMIT_PER_MINUTE: integer(0, 1_000_000).prefault('6000'),
  MEDIA_IDLE_TIMEOUT: duration('30s'),
  MEDIA_SWEEP_CRON: cron().prefault('17 * * * *'),
  MEDIA_SWEEP_GRACE: boundedDuration('24h', MINUTE_MS, 365 * 24 * HOUR_MS),
});

type MediaVariables = z.output<z.ZodObject<ReturnType<typeof mediaVariables>>>;

/** Lambda itself sets this one; serverless-offline imitates the others. */
const onFunctionPlatform = (source: NodeJS.ProcessEnv): boolean =>
  source['AWS_LAMBDA_RUNTIME_API'] !== undefined;

/** The two settings whose default depends on what runs the functions. */
export const completeStorage = (config: MediaVariables, source: NodeJS.ProcessEnv) => {
  const platform = onFunctionPlatform(source);
  return {
    MEDIA_DIRECT_MAX_BYTES:
      config.MEDIA_DIRECT_MAX_BYTES ?? (platform ? FUNCTION_PLATFORM_BYTES : Number.MAX_SAFE_INTEGER),
    MEDIA_LARGE_GET: config.MEDIA_LARGE_GET ?? (platform ? ('redirect' as const) : ('stream' as const)),
  };
};

/** Rules between the variables; each message begins with the one at fault. */
export const storageIssues = (config: MediaVariables, source: NodeJS.ProcessEnv): string[] => {
  const issues: string[] = [];
  if (config.MEDIA_STORE === 's3' && config.MEDIA_S3_BUCKET === undefined) {
    issues.push('MEDIA_S3_BUCKET: is required with MEDIA_STORE=s3');
  }
  if (!config.MEDIA_S3_ACCESS_KEY_ID !== !config.MEDIA_S3_SECRET_ACCESS_KEY) {
    issues.push('MEDIA_S3_ACCESS_KEY_ID: and MEDIA_S3_SECRET_ACCESS_KEY go together');
  }
  if (config.MEDIA_STORE === 'filesystem' && completeStorage(config, source).MEDIA_LARGE_GET === 'redirect') {
    issues.push('MEDIA_LARGE_GET: redirect needs MEDIA_STORE=s3, and so does every function platform');
  }
  return issues;
};
