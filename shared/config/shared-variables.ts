import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { declareVariables } from './declarations.ts';
import {
  baseUrl,
  boundedDuration,
  duration,
  flag,
  httpUrl,
  integer,
  list,
  networks,
  secret,
} from './parsers.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

const processVariables = {
  APP_ENV: z.enum(['local', 'test', 'production']).prefault('production'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).prefault('info'),
  PORT: integer(0, 65_535).prefault('3000'),
  PUBLIC_BASE_URL: baseUrl(),
  CORS_ALLOWED_ORIGINS: list(),
  TRUSTED_PROXIES: networks(),
  RATE_LIMIT_PER_MINUTE: integer(0, 1_000_000).prefault('600'),
  MEDIA_RATE_LIMIT_PER_MINUTE: integer(0, 1_000_000).prefault('6000'),
  REQUEST_TIMEOUT_SECONDS: integer(1, 29).prefault('25'),
  TASK_TICK_SECONDS: integer(1, 60).prefault('60'),
  HTTP_MAX_CONNECTIONS: integer(1, 100_000).prefault('1000'),
  HTTP_HEADERS_TIMEOUT: boundedDuration('10s', SECOND_MS, HOUR_MS),
  HTTP_BODY_TIMEOUT: boundedDuration('10m', SECOND_MS, HOUR_MS),
  HTTP_KEEP_ALIVE_TIMEOUT: boundedDuration('30s', SECOND_MS, HOUR_MS),
  /** Ends connections without progress. */
  MEDIA_IDLE_TIMEOUT: duration('30s'),
};

const serverVariables = {
  DB_HOST: z.string().min(1).prefault('127.0.0.1'),
  DB_PORT: integer(1, 65_535).prefault('3306'),
  DB_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,64}$/)
    .prefault('japanesestudent'),
  DB_USER: z.string().min(1).prefault('japanesestudent'),
  DB_PASSWORD: z.string().prefault(''),
  DB_POOL_SIZE: integer(2, 200).prefault('10'),
  DB_POOL_QUEUE: integer(0, 100_000).prefault('500'),
  DB_ACQUIRE_TIMEOUT: boundedDuration('2s', 1_000, 25_000),

  REDIS_HOST: z.string().min(1).prefault('127.0.0.1'),
  REDIS_PORT: integer(1, 65_535).prefault('6379'),
  REDIS_DB: integer(0, 15).prefault('0'),
  REDIS_PASSWORD: z.string().prefault(''),
  REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]{1,40}$/)
    .prefault('js'),

  SMTP_HOST: z.string().min(1).prefault('localhost'),
  SMTP_PORT: integer(1, 65_535).prefault('587'),
  SMTP_USERNAME: z.string().prefault(''),
  SMTP_PASSWORD: z.string().prefault(''),
  SMTP_FROM: z.string().min(3).prefault('noreply@japanesestudent.com'),
  SMTP_REQUIRE_TLS: flag().optional(),
  SMTP_CONNECT_TIMEOUT_MS: integer(1, 600_000).prefault('10000'),
  SMTP_SEND_TIMEOUT_MS: integer(1, 600_000).prefault('30000'),
  SMTP_POOL_SIZE: integer(1, 100).prefault('5'),
};

/** Where the store of files is. */
const storageVariables = {
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
};

/** Access tokens, the key of services, and hashing. */
const credentialVariables = {
  JWT_SECRET: secret(),
  JWT_ISSUER: z.string().min(1).prefault('japanesestudent'),
  JWT_AUDIENCE: z.string().min(1).prefault('japanesestudent-api'),
  JWT_ACCESS_TOKEN_EXPIRY: duration('15m'),
  API_KEY: z.string().prefault(''),
  PASSWORD_BCRYPT_COST: integer(4, 15).prefault('12'),
  PASSWORD_HASH_WORKERS: integer(1, 64).optional(),
};

const variables = { ...processVariables, ...serverVariables, ...storageVariables, ...credentialVariables };

type Variables = z.output<z.ZodObject<typeof variables>>;

declare module './declarations.ts' {
  interface SharedVariables extends Variables {}
}

/** The variables that shared infrastructure itself reads; those of a domain stand in its `config.ts`. */
export const sharedVariables = declareVariables({
  variables,
  localDefaults: {
    PUBLIC_BASE_URL: 'http://localhost:3000',
    CORS_ALLOWED_ORIGINS: '*',
    JWT_SECRET: 'local-jwt-secret-worthless-0123456789abcdef',
    API_KEY: 'local-api-key-worthless',
  },
  check: (config) => {
    const issues: string[] = [];
    if (config.MEDIA_STORE === 's3' && config.MEDIA_S3_BUCKET === undefined) {
      issues.push('MEDIA_S3_BUCKET: is required with MEDIA_STORE=s3');
    }
    if (!config.MEDIA_S3_ACCESS_KEY_ID !== !config.MEDIA_S3_SECRET_ACCESS_KEY) {
      issues.push('MEDIA_S3_ACCESS_KEY_ID: and MEDIA_S3_SECRET_ACCESS_KEY go together');
    }
    if (config.APP_ENV === 'production' && config.PASSWORD_BCRYPT_COST < 10) {
      issues.push('PASSWORD_BCRYPT_COST: must be at least 10 in production');
    }
    return issues;
  },
  complete: (config) => ({
    SMTP_REQUIRE_TLS: config.SMTP_REQUIRE_TLS ?? config.APP_ENV === 'production',
    PASSWORD_HASH_WORKERS: config.PASSWORD_HASH_WORKERS ?? Math.max(1, availableParallelism() - 1),
  }),
});
