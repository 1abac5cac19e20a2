import { z } from 'zod';
import { type Declared, declareVariables } from '#shared/config/declarations.ts';
import { duration, flag, httpUrl, limit } from '#shared/config/parsers.ts';

/** The variables of auth.md, but for access tokens, which every domain reads. */
export const variables = declareVariables({
  variables: {
    JWT_REFRESH_TOKEN_EXPIRY: duration('168h'),
    JWT_REFRESH_ABSOLUTE_EXPIRY: duration('720h'),
    JWT_REFRESH_GRACE: duration('10s'),
    COOKIE_SECURE: flag().prefault('true'),
    VERIFICATION_URL: httpUrl().optional(),
    VERIFICATION_TOKEN_EXPIRY: duration('24h'),
    PASSWORD_RESET_URL: httpUrl().optional(),
    RESET_TOKEN_EXPIRY: duration('1h'),
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
  },
  localDefaults: { COOKIE_SECURE: 'false' },
  check: (config) => {
    const issues: string[] = [];
    if (!config.BOOTSTRAP_ADMIN_EMAIL !== !config.BOOTSTRAP_ADMIN_PASSWORD) {
      issues.push('BOOTSTRAP_ADMIN_EMAIL: and BOOTSTRAP_ADMIN_PASSWORD go together');
    }
    if (config.APP_ENV === 'production' && !config.COOKIE_SECURE) {
      issues.push('COOKIE_SECURE: must not be false in production');
    }
    return issues;
  },
  complete: (config) => ({
    VERIFICATION_URL: config.VERIFICATION_URL ?? `${config.PUBLIC_BASE_URL}/api/v6/auth/verify-email`,
    PASSWORD_RESET_URL: config.PASSWORD_RESET_URL ?? `${config.PUBLIC_BASE_URL}/reset-password`,
  }),
});

type AuthVariables = Declared<typeof variables>;

declare module '#shared/config/declarations.ts' {
  interface DomainVariables extends AuthVariables {}
}
