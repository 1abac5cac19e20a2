import { z } from 'zod';
import type { Config } from '#shared/config/config.ts';
import { setCookie } from '#shared/http/cookies.ts';

/** How tokens travel: as cookies that a browser keeps, or in bodies (auth.md, "Words"). */
export type AuthMode = 'cookie' | 'token';

/** The request header that chooses; any letter case, absent means cookies. */
export const authModeHeaders = () =>
  z.object({
    'x-auth-mode': z
      .string()
      .toLowerCase()
      .pipe(z.enum(['cookie', 'token']))
      .default('cookie')
      .meta({
        description: 'Whether tokens travel as cookies or in bodies.',
        override: { type: 'string', enum: ['cookie', 'token'], default: 'cookie' },
      }),
  });

/** `Set-Cookie` of an answer with new tokens, for the documentation. */
export const TOKEN_COOKIES = {
  'Set-Cookie':
    'In cookie mode: `access_token` (path `/`) and `refresh_token` (path `/api/v6/auth`), both `HttpOnly`.',
};

/** `Set-Cookie` of an answer that ends a session, for the documentation. */
export const CLEARED_COOKIES = {
  'Set-Cookie': 'In cookie mode: clears `access_token` and `refresh_token`, if this session has ended.',
};

/** An access token and a refresh token with the seconds that they still live. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
}

/** The fields of an answer in token mode; none of them is there in cookie mode. */
export const tokenFields = () => ({
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
  tokenType: z.literal('Bearer').optional(),
  expiresIn: z.int().min(0).optional(),
  refreshExpiresIn: z.int().min(0).optional(),
});

/** Names of the two cookies. */
export const ACCESS_COOKIE = 'access_token';
export const REFRESH_COOKIE = 'refresh_token';

const cookies = (
  config: Pick<Config, 'COOKIE_SECURE'>,
  access: { value: string; maxAgeSeconds: number },
  refresh: { value: string; maxAgeSeconds: number },
): string[] => {
  const secure = config.COOKIE_SECURE;
  return [
    setCookie(ACCESS_COOKIE, access.value, { path: '/', secure, maxAgeSeconds: access.maxAgeSeconds }),
    setCookie(REFRESH_COOKIE, refresh.value, {
      path: '/api/v6/auth',
      secure,
      maxAgeSeconds: refresh.maxAgeSeconds,
    }),
  ];
};

/** `Set-Cookie` values that make a browser forget both tokens. */
export const clearedCookies = (config: Pick<Config, 'COOKIE_SECURE'>): string[] =>
  cookies(config, { value: '', maxAgeSeconds: 0 }, { value: '', maxAgeSeconds: 0 });

/** The tokens as the mode wants them: cookies and no fields, or fields and no cookies. */
export const deliver = (
  config: Pick<Config, 'COOKIE_SECURE'>,
  mode: AuthMode,
  { accessToken, expiresIn, refreshToken, refreshExpiresIn }: IssuedTokens,
) =>
  mode === 'token'
    ? {
        cookies: [],
        fields: { accessToken, refreshToken, tokenType: 'Bearer' as const, expiresIn, refreshExpiresIn },
      }
    : {
        cookies: cookies(
          config,
          { value: accessToken, maxAgeSeconds: expiresIn },
          { value: refreshToken, maxAgeSeconds: refreshExpiresIn },
        ),
        fields: {},
      };
