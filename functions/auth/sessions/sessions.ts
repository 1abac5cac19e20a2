import { type Role, signAccessToken } from '#shared/auth/access-token.ts';
import type { Config } from '#shared/config/config.ts';
import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { createOpaqueToken, hashToken } from '../links/opaque-token.ts';
import type { IssuedTokens } from './auth-mode.ts';
import { rememberNetwork } from './queries/networks.ts';
import * as queries from './queries/sessions.ts';
import type { RefreshCredential } from './refresh-credential.ts';
import { refreshOutcome, refreshTokenExpiry } from './rules/refresh-outcome.ts';
import { markAfterCommit } from './session-ends.ts';

/** A session with a refresh token that is stored but not yet handed out. */
export interface OpenSession {
  readonly userId: number;
  readonly role: Role;
  readonly sessionId: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: Date;
}

/** Opens a session. The caller holds the lock on the account's row and has judged what it read under it (R15). */
export const openSession = async (
  transaction: Transaction,
  config: Config,
  account: { readonly id: number; readonly role: Role },
  client: Client,
  now: Date,
): Promise<OpenSession> => {
  const absoluteExpiresAt = new Date(now.getTime() + config.JWT_REFRESH_ABSOLUTE_EXPIRY);
  const refreshExpiresAt = refreshTokenExpiry(now, config.JWT_REFRESH_TOKEN_EXPIRY, absoluteExpiresAt);
  const { token, hash } = createOpaqueToken();
  const sessionId = await queries.insertSession(
    transaction,
    { userId: account.id, client, refreshExpiresAt, absoluteExpiresAt },
    now,
  );
  await queries.insertRefreshToken(transaction, { sessionId, hash, expiresAt: refreshExpiresAt }, now);
  await rememberNetwork(transaction, account.id, client.network, now);
  return { userId: account.id, role: account.role, sessionId, refreshToken: token, refreshExpiresAt };
};

/**
 * The tokens of a session. `now` is the time at which the session was judged, so that no access token outlives
 * the mark of a revocation that came right after.
 */
export const issueTokens = async (config: Config, session: OpenSession, now: Date): Promise<IssuedTokens> => {
  const { token, expiresInSeconds } = await signAccessToken(session, config, now);
  const refreshMs = session.refreshExpiresAt.getTime() - now.getTime();
  return {
    accessToken: token,
    expiresIn: expiresInSeconds,
    refreshToken: session.refreshToken,
    refreshExpiresIn: Math.floor(refreshMs / 1_000),
  };
};

/**
 * Exchanges a refresh token for new tokens. A replay ends the session.
 * @throws AppError `invalid_token`
 */
export const refreshSession = async (
  context: Context,
  credential: RefreshCredential,
  client: Client,
): Promise<IssuedTokens> => {
  const now = context.now();
  const hash = hashToken(credential.token);
  const session = await withTransaction(context.db, (transaction) =>
    exchange(transaction, context, hash, client, now),
  );
  if (session) return issueTokens(context.config, session, now);
  throw new AppError('invalid_token');
};

const exchange = async (
  transaction: Transaction,
  context: TransactionContext,
  hash: Buffer,
  client: Client,
  now: Date,
): Promise<OpenSession | undefined> => {
  const { config } = context;
  const sessionId = await queries.findSessionOfToken(transaction, hash);
  if (sessionId === undefined || !(await queries.lockSession(transaction, sessionId))) return undefined;
  const parent = await queries.findRefreshToken(transaction, hash);
  const outcome = refreshOutcome(parent, now, config.JWT_REFRESH_GRACE);
  if (!parent || outcome === 'invalid') return undefined;
  if (outcome === 'replay') {
    await queries.endSession(transaction, sessionId, 'replay', now);
    await recordEvents(transaction, [{ kind: 'refresh_replay', userId: parent.userId, client }], now);
    markAfterCommit(transaction, context, { sessionId });
    return undefined;
  }
  if (outcome === 'rotate') await queries.rotateRefreshToken(transaction, parent.id, now);
  const expiresAt = refreshTokenExpiry(now, config.JWT_REFRESH_TOKEN_EXPIRY, parent.sessionAbsoluteEnd);
  const child = createOpaqueToken();
  await queries.insertRefreshToken(
    transaction,
    { sessionId, parentId: parent.id, hash: child.hash, expiresAt },
    now,
  );
  await queries.touchSession(transaction, sessionId, client, expiresAt, now);
  const { userId, role } = parent;
  return { userId, role, sessionId, refreshToken: child.token, refreshExpiresAt: expiresAt };
};

/** Ends one session, wherever it stands. Ending it twice is fine. */
export const logOut = async (context: Context, sessionId: number, client: Client): Promise<void> => {
  const now = context.now();
  await withTransaction(context.db, async (transaction) => {
    const session = await queries.lockSession(transaction, sessionId);
    if (session && !session.ended) {
      await queries.endSession(transaction, sessionId, 'logout', now);
      await recordEvents(transaction, [{ kind: 'logout', userId: session.userId, client }], now);
    }
    // Also when it had ended: whoever ended it may have died before the mark was written.
    markAfterCommit(transaction, context, { sessionId });
  });
};
