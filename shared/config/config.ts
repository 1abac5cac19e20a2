import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { ownValue } from '../text/names.ts';
import { httpVariables } from './http-variables.ts';
import { LOCAL_DEFAULTS } from './local-defaults.ts';
import { completeStorage, mediaVariables, storageIssues } from './media-variables.ts';
import {
  baseUrl,
  boundedDuration,
  decimal,
  duration,
  flag,
  httpUrl,
  integer,
  limit,
  list,
  networks,
} from './parsers.ts';
import { hostList, signingSecrets } from './parsers-webhook.ts';

const secret = () => z.string().min(32, 'must be at least 32 characters');

const schema = z.object({
  APP_ENV: z.enum(['local', 'test', 'production']).prefault('production'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).prefault('info'),
  PORT: integer(0, 65_535).prefault('3000'),
  PUBLIC_BASE_URL: baseUrl(),
  CORS_ALLOWED_ORIGINS: list(),
  TRUSTED_PROXIES: networks(),
  RATE_LIMIT_PER_MINUTE: integer(0, 1_000_000).prefault('600'),
  REQUEST_TIMEOUT_SECONDS: integer(1, 29).prefault('25'),
  ...httpVariables(),

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

  JWT_SECRET: secret(),
  JWT_ISSUER: z.string().min(1).prefault('japanesestudent'),
  JWT_AUDIENCE: z.string().min(1).prefault('japanesestudent-api'),
  JWT_ACCESS_TOKEN_EXPIRY: duration('15m'),
  JWT_REFRESH_TOKEN_EXPIRY: duration('168h'),
  JWT_REFRESH_ABSOLUTE_EXPIRY: duration('720h'),
  JWT_REFRESH_GRACE: duration('10s'),
  COOKIE_SECURE: flag().prefault('true'),
  API_KEY: z.string().prefault(''),
  VERIFICATION_URL: httpUrl().optional(),
  VERIFICATION_TOKEN_EXPIRY: duration('24h'),
  PASSWORD_RESET_URL: httpUrl().optional(),
  RESET_TOKEN_EXPIRY: duration('1h'),
  PASSWORD_BCRYPT_COST: integer(4, 15).prefault('12'),
  PASSWORD_HASH_WORKERS: integer(1, 64).optional(),
  AUTH_THROTTLE: z.enum(['on', 'off']).prefault('on'),
  AUTH_LIMIT_LOGIN_ACCOUNT_NETWORK: limit('10/15m'),
  AUTH_LIMIT_LOGIN_ACCOUNT: limit('100/24h'),
  AUTH_LIMIT_LOGIN_NETWORK: limit('100/15m'),
  AUTH_KNOWN_NETWORK_AGE: duration('30d'),
  AUTH_LIMIT_REGISTER: limit('20/1h'),
  AUTH_LIMIT_MAIL_ADDRESS: limit('3/1h'),
  AUTH_LIMIT_MAIL_NETWORK: limit('20/1h'),
  AUTH_LIMIT_EMAIL_CHANGE: limit('5/1h'),
  AUTH_EVENTS_RETENTION: duration('365d'),
  BOOTSTRAP_ADMIN_EMAIL: z.string().optional(),
  BOOTSTRAP_ADMIN_PASSWORD: z.string().optional(),

  ...mediaVariables(secret),

  TASK_TICK_SECONDS: integer(1, 60).prefault('60'),
  TASK_LOOKAHEAD_SECONDS: integer(1, 3_600).prefault('75'),
  TASK_LEASE_SECONDS: integer(1, 3_600).prefault('60'),
  TASK_CONTENT_SECRET: secret().optional(),
  TASK_RETRY_DELAYS_SECONDS: list()
    .pipe(z.array(integer(0, 604_800)).min(1))
    .prefault('10,60,300,1800'),
  TASK_RETRY_JITTER: decimal(0, 1).prefault('0.2'),
  TASK_IMMEDIATE_CONCURRENCY: integer(1, 1_000).prefault('10'),
  TASK_SCHEDULED_CONCURRENCY: integer(1, 1_000).prefault('10'),
  TASK_SKIP_GRACE_SECONDS: integer(0, 86_400).prefault('120'),
  TASK_RETENTION_COMPLETED_DAYS: integer(0, 36_500).prefault('30'),
  TASK_RETENTION_FAILED_DAYS: integer(0, 36_500).prefault('90'),
  TASK_RETENTION_LOG_DAYS: integer(0, 36_500).prefault('90'),
  INTERNAL_BASE_URL: httpUrl().optional(),
  INTERNAL_WEBHOOK_HOSTS: hostList(),
  WEBHOOK_PRIVATE_HOSTS: hostList(),
  WEBHOOK_SIGNING_SECRETS: signingSecrets(),
  WEBHOOK_TIMEOUT_MS: integer(1, 600_000).prefault('15000'),
  SMTP_HOST: z.string().min(1).prefault('localhost'),
  SMTP_PORT: integer(1, 65_535).prefault('587'),
  SMTP_USERNAME: z.string().prefault(''),
  SMTP_PASSWORD: z.string().prefault(''),
  SMTP_FROM: z.string().min(3).prefault('noreply@japanesestudent.com'),
  SMTP_REQUIRE_TLS: flag().optional(),
  SMTP_CONNECT_TIMEOUT_MS: integer(1, 600_000).prefault('10000'),
  SMTP_SEND_TIMEOUT_MS: integer(1, 600_000).prefault('30000'),
  SMTP_POOL_SIZE: integer(1, 100).prefault('5'),
});

/** Names of all variables; docs/configuration.md explains them. */
export const CONFIG_VARIABLES = Object.keys(schema.shape);

type Parsed = z.output<typeof schema>;

/** The whole configuration of a process, parsed and completed; durations are milliseconds. */
export interface Config
  extends Readonly<
    Omit<
      Parsed,
      | 'VERIFICATION_URL'
      | 'PASSWORD_RESET_URL'
      | 'INTERNAL_BASE_URL'
      | 'TASK_CONTENT_SECRET'
      | 'SMTP_REQUIRE_TLS'
      | 'PASSWORD_HASH_WORKERS'
      | 'MEDIA_DIRECT_MAX_BYTES'
      | 'MEDIA_LARGE_GET'
    >
  > {
  readonly VERIFICATION_URL: string;
  readonly PASSWORD_RESET_URL: string;
  readonly INTERNAL_BASE_URL: string;
  readonly TASK_CONTENT_SECRET: string;
  readonly SMTP_REQUIRE_TLS: boolean;
  readonly PASSWORD_HASH_WORKERS: number;
  readonly MEDIA_DIRECT_MAX_BYTES: number;
  readonly MEDIA_LARGE_GET: 'stream' | 'redirect';
}

/** Thrown at start; its message names every variable that is missing or wrong, one a line, without values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Rules that need more than one variable; each message begins with the variable at fault. */
const crossChecks = (config: Parsed, source: NodeJS.ProcessEnv): string[] => {
  const issues: string[] = storageIssues(config, source);
  if (!config.BOOTSTRAP_ADMIN_EMAIL !== !config.BOOTSTRAP_ADMIN_PASSWORD) {
    issues.push('BOOTSTRAP_ADMIN_EMAIL: and BOOTSTRAP_ADMIN_PASSWORD go together');
  }
  if (config.APP_ENV !== 'production') return issues;
  if (!config.COOKIE_SECURE) issues.push('COOKIE_SECURE: must not be false in production');
  if (config.PASSWORD_BCRYPT_COST < 10)
    issues.push('PASSWORD_BCRYPT_COST: must be at least 10 in production');
  for (const [name, value] of Object.entries(LOCAL_DEFAULTS)) {
    if (/SECRET|API_KEY/.test(name) && ownValue(source, name) === value) {
      issues.push(`${name}: is the published local default`);
    }
  }
  return issues;
};

/**
 * Parses and completes the configuration; `APP_ENV=local` and `test` bring defaults for everything.
 * @throws ConfigError naming all issues at once
 */
export const loadConfig = (environment: NodeJS.ProcessEnv): Config => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const source =
    given['APP_ENV'] === 'local' || given['APP_ENV'] === 'test' ? { ...LOCAL_DEFAULTS, ...given } : given;
  const result = schema.safeParse(source);
  const issues = result.success
    ? crossChecks(result.data, source)
    : result.error.issues.map((issue) =>
        issue.code === 'invalid_type' && ownValue(source, String(issue.path[0])) === undefined
          ? `${String(issue.path[0])}: is required`
          : `${issue.path.join('.')}: ${issue.message}`,
      );
  if (issues.length > 0 || !result.success) {
    throw new ConfigError(`Bad configuration:\n${issues.map((issue) => `  ${issue}`).join('\n')}`);
  }
  const config = result.data;
  return Object.freeze({
    ...config,
    VERIFICATION_URL: config.VERIFICATION_URL ?? `${config.PUBLIC_BASE_URL}/api/v6/auth/verify-email`,
    PASSWORD_RESET_URL: config.PASSWORD_RESET_URL ?? `${config.PUBLIC_BASE_URL}/reset-password`,
    INTERNAL_BASE_URL: config.INTERNAL_BASE_URL ?? config.PUBLIC_BASE_URL,
    TASK_CONTENT_SECRET: config.TASK_CONTENT_SECRET ?? config.JWT_SECRET,
    SMTP_REQUIRE_TLS: config.SMTP_REQUIRE_TLS ?? config.APP_ENV === 'production',
    ...completeStorage(config, source),
    PASSWORD_HASH_WORKERS: config.PASSWORD_HASH_WORKERS ?? Math.max(1, availableParallelism() - 1),
  });
};
