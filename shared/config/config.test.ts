import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ConfigError, configVariables, loadConfig } from './config.ts';
import { declareVariables, localDefaults } from './declarations.ts';
import { parseDuration, parseLimit } from './parsers.ts';

const production = {
  APP_ENV: 'production',
  PUBLIC_BASE_URL: 'https://api.example.com/',
  JWT_SECRET: 'a-production-secret-of-enough-characters',
  MEDIA_URL_SECRET: 'another-production-secret-of-enough-characters',
};

const issuesOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('loadConfig', () => {
  it('completes a local environment from nothing', () => {
    const config = loadConfig({ APP_ENV: 'local' });
    expect(config.VERIFICATION_URL).toBe('http://localhost:3000/api/v6/auth/verify-email');
    expect(config.JWT_ACCESS_TOKEN_EXPIRY).toBe(900_000);
    expect(config.TASK_RETRY_DELAYS_SECONDS).toEqual([10, 60, 300, 1_800]);
    expect(config.TASK_CONTENT_SECRET).toBe(config.JWT_SECRET);
    expect(config.SMTP_REQUIRE_TLS).toBe(false);
    expect(config.AUTH_LIMIT_LOGIN_ACCOUNT).toEqual({ count: 100, windowMs: 86_400_000 });
  });

  it('names every issue at once, without values', () => {
    const message = issuesOf({
      ...production,
      JWT_SECRET: 'short-secret',
      DB_PORT: 'x',
      TRUSTED_PROXIES: '10.0.0.0/8, proxy',
      AUTH_LIMIT_REGISTER: '1/0s',
    });
    expect(message).toContain('JWT_SECRET: must be at least 32');
    expect(message).toContain('DB_PORT: must be an integer');
    expect(message).toContain('TRUSTED_PROXIES: must be IP addresses');
    expect(message).toContain('AUTH_LIMIT_REGISTER: must be a limit');
    expect(message).not.toContain('short-secret');
    expect(issuesOf({})).toContain('JWT_SECRET: is required');
  });

  it('is production unless told otherwise, and then refuses the published defaults and weak settings', () => {
    expect(loadConfig(production).APP_ENV).toBe('production');
    expect(loadConfig(production).SMTP_REQUIRE_TLS).toBe(true);
    expect(loadConfig(production).PUBLIC_BASE_URL).toBe('https://api.example.com');
    const weak = { ...production, ...localDefaults(), PASSWORD_BCRYPT_COST: '9' };
    const message = issuesOf(weak);
    for (const name of [
      'JWT_SECRET',
      'MEDIA_URL_SECRET',
      'API_KEY',
      'COOKIE_SECURE',
      'PASSWORD_BCRYPT_COST',
    ]) {
      expect(message).toContain(name);
    }
  });

  it('takes an empty variable as absent', () => {
    expect(loadConfig({ ...production, SMTP_FROM: '' }).SMTP_FROM).toBe('noreply@japanesestudent.com');
  });
});

describe('the documentation', () => {
  const documented: string[] =
    readFileSync('docs/configuration.md', 'utf8').match(/(?<=`)[A-Z][A-Z0-9_]+(?=`)/g) ?? [];

  it('names every variable, and none that does not exist', () => {
    const known = configVariables();
    expect(known.filter((name) => !documented.includes(name))).toEqual([]);
    expect(documented.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('declarations', () => {
  it('are awaited before the environment is read: variables of a domain would be missing', async () => {
    vi.resetModules();
    const fresh = await import('./config.ts');
    expect(() => fresh.loadConfig({ APP_ENV: 'test' })).toThrow('await declareDomains() first');
  });

  it('refuse a name that is declared already, and nothing of such a declaration counts', () => {
    const variables = { A_NEW_ONE: z.string().optional(), DB_PORT: z.string().optional() };
    expect(() => declareVariables({ variables })).toThrow('DB_PORT: is declared twice');
    expect(configVariables()).not.toContain('A_NEW_ONE');
  });
});

describe('durations and limits', () => {
  it.each([
    ['15m', 900_000],
    ['0s', 0],
    ['2d', 172_800_000],
    ['15', undefined],
    ['-1s', undefined],
    ['1.5h', undefined],
    ['01s', undefined],
    ['', undefined],
  ])('%s is %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it('read any text without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => void [parseDuration(text), parseLimit(text)]));
    expect(parseLimit('0/1h')).toEqual({ count: 0, windowMs: 3_600_000 });
    expect(parseLimit('1/1h/1h')).toBeUndefined();
  });
});
