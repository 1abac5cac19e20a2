import { z } from 'zod';
import { AppError } from '#shared/errors/app-error.ts';
import { assertSameOrigin } from '#shared/http/caller/caller.ts';
import type { HttpRequest } from '#shared/http/request.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { type AuthMode, REFRESH_COOKIE } from './auth-mode.ts';

/** Far more than any token of ours. */
const TOKEN_LENGTH = 4_096;

/** The optional body of refresh and logout. */
export const refreshBody = () =>
  z.object({
    refreshToken: z.string().max(TOKEN_LENGTH).optional(),
    refresh_token: z
      .string()
      .max(TOKEN_LENGTH)
      .optional()
      .meta({ description: 'The former name of `refreshToken`, which takes precedence.' }),
  });

/** A refresh token that a request carries, and where. */
export interface RefreshCredential {
  readonly token: string;
  readonly from: 'body' | 'cookie';
}

/** The refresh tokens of a request in the order in which they count; empty ones are absent. */
export const refreshCredentials = (
  body: z.output<ReturnType<typeof refreshBody>>,
  request: Pick<HttpRequest, 'cookies'>,
  mode: AuthMode,
): RefreshCredential[] => {
  const inBody = body.refreshToken || body.refresh_token;
  const inCookie = mode === 'cookie' ? request.cookies[REFRESH_COOKIE] : undefined;
  return [
    ...(inBody ? [{ token: inBody, from: 'body' as const }] : []),
    ...(inCookie ? [{ token: inCookie, from: 'cookie' as const }] : []),
  ];
};

/**
 * The one refresh token that a refresh goes by.
 * @throws AppError `unauthenticated` without one; `csrf_rejected` for a cookie that a foreign page may have sent
 */
export const pickRefreshCredential = (
  body: z.output<ReturnType<typeof refreshBody>>,
  context: RequestContext,
  mode: AuthMode,
): RefreshCredential => {
  const [credential] = refreshCredentials(body, context.request, mode);
  if (!credential) throw new AppError('unauthenticated');
  if (credential.from === 'cookie') assertSameOrigin(context.request, context);
  return credential;
};
