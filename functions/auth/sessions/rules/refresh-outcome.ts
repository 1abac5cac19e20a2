/** What the database says of a refresh token, its session and its account. */
export interface StoredRefreshToken {
  readonly expiresAt: Date;
  readonly rotatedAt: Date | undefined;
  readonly sessionEndedAt: Date | undefined;
  readonly sessionAbsoluteEnd: Date;
  readonly accountActive: boolean;
}

/** `rotate` marks the token and issues a child, `sibling` issues one more child, `replay` ends the session. */
export type RefreshOutcome = 'invalid' | 'sibling' | 'replay' | 'rotate';

/** The table of auth.md R11, row by row. */
export const refreshOutcome = (
  token: StoredRefreshToken | undefined,
  now: Date,
  graceMs: number,
): RefreshOutcome => {
  if (!token || token.sessionEndedAt || token.sessionAbsoluteEnd <= now || !token.accountActive) {
    return 'invalid';
  }
  if (token.rotatedAt) return now.getTime() - token.rotatedAt.getTime() <= graceMs ? 'sibling' : 'replay';
  return token.expiresAt <= now ? 'invalid' : 'rotate';
};

/** When a refresh token issued now expires: never past the absolute end of its session (auth.md R8). */
export const refreshTokenExpiry = (now: Date, lifetimeMs: number, absoluteEnd: Date): Date =>
  new Date(Math.min(now.getTime() + lifetimeMs, absoluteEnd.getTime()));
