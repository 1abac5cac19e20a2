import { readAccessToken } from '#shared/auth/access-token.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { assertSameOrigin, bearerToken } from '#shared/http/caller/caller.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { clientOf } from '../events/client.ts';
import { hashToken } from '../links/opaque-token.ts';
import { ACCESS_COOKIE, type AuthMode } from './auth-mode.ts';
import { findSessionOfToken } from './queries/sessions.ts';
import type { RefreshCredential } from './refresh-credential.ts';
import { logOut } from './sessions.ts';

interface AccessCredential {
  readonly token: string;
  readonly from: 'header' | 'cookie';
}

const accessCredential = (
  request: RequestContext['request'],
  mode: AuthMode,
): AccessCredential | undefined => {
  const bearer = bearerToken(request);
  if (bearer !== undefined) return { token: bearer, from: 'header' };
  const cookie = mode === 'cookie' ? request.cookies[ACCESS_COOKIE] : undefined;
  return cookie ? { token: cookie, from: 'cookie' } : undefined;
};

/** The first credential that names a session: refresh tokens before the access token, which may have expired. */
const namedSession = async (
  context: RequestContext,
  refresh: readonly RefreshCredential[],
  access: AccessCredential | undefined,
): Promise<{ sessionId: number; byCookie: boolean } | undefined> => {
  for (const { token, from } of refresh) {
    const sessionId = await findSessionOfToken(context.db, hashToken(token));
    if (sessionId !== undefined) return { sessionId, byCookie: from === 'cookie' };
  }
  if (!access) return undefined;
  const claims = await readAccessToken(access.token, context.config, context.now(), true);
  return claims && { sessionId: claims.sessionId, byCookie: access.from === 'cookie' };
};

/**
 * Ends the session that the request names.
 * @throws AppError `unauthenticated`, `invalid_token`, `csrf_rejected`
 */
export const logOutByRequest = async (
  context: RequestContext,
  { refresh, mode }: { readonly refresh: readonly RefreshCredential[]; readonly mode: AuthMode },
): Promise<void> => {
  const access = accessCredential(context.request, mode);
  if (refresh.length === 0 && !access) throw new AppError('unauthenticated');
  const named = await namedSession(context, refresh, access);
  if (!named) throw new AppError('invalid_token');
  if (named.byCookie) assertSameOrigin(context.request, context);
  await logOut(context, named.sessionId, clientOf(context));
};
