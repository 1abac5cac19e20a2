import type { Redis } from 'ioredis';
import { onePer } from '../../async/one-per.ts';
import type { AccessClaims } from '../../auth/access-token.ts';
import { runIdOf } from '../../auth/mark-keys.ts';
import { rebuildMarksSoon } from '../../auth/rebuild-marks.ts';
import { readMarks } from '../../auth/revocation.ts';
import { hasStanding } from '../../auth/standing.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Context } from '../../host/context.ts';

/** The connection for which that was done. */
const lookOf = onePer((_redis: Redis): { connection?: Promise<string> } => ({}));

/** Has the marks rebuilt once for each connection: whoever ended a session may have died before it wrote its mark. */
const completeOnce = (context: Context): void => {
  const { redis } = context;
  const connection = runIdOf(redis);
  const look = lookOf(redis);
  if (look.connection !== connection && rebuildMarksSoon(context)) look.connection = connection;
};

/**
 * Makes sure that the session of an access token has not ended, as far as that can be known (auth.md R13-R14): by
 * its mark; by what is stored as long as marks are missing; and while Redis is unavailable by what is stored if the
 * request is `grave`, else the token is trusted.
 * @throws AppError `invalid_token`
 */
export const requireLiveSession = async (
  context: Context,
  claims: AccessClaims,
  grave: boolean,
): Promise<void> => {
  const state = await readMarks(context, claims);
  if (state !== 'away') completeOnce(context);
  if (state === 'ended') throw new AppError('invalid_token');
  if (state === 'unmarked') return;
  if (state === 'uncertain') rebuildMarksSoon(context);
  else if (!grave) return;
  if (!(await hasStanding(context.db, claims))) throw new AppError('invalid_token');
};
