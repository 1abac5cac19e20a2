import type { Queryable } from '#shared/database/database.ts';
import type { StoredLink } from '../rules/verification-outcome.ts';
import '../../tables.ts';

/** A link that is about to be mailed; the token itself is never stored. */
export interface NewLink {
  readonly userId: number;
  readonly purpose: 'verify' | 'change_email' | 'reset';
  readonly email: string;
  readonly hash: Buffer;
  readonly expiresAt: Date;
}

/** Stores a link. */
export const insertLink = async (db: Queryable, link: NewLink, now: Date): Promise<void> => {
  await db
    .insertInto('one_time_tokens')
    .values({
      user_id: link.userId,
      purpose: link.purpose,
      email: link.email,
      token_hash: link.hash,
      expires_at: link.expiresAt,
      created_at: now,
    })
    .execute();
};

/** A verification link as it is stored. */
export interface VerificationLink extends StoredLink {
  readonly id: number;
  readonly userId: number;
}

/** A link that sets a new password, as it is stored. */
export interface ResetLink extends Omit<VerificationLink, 'purpose'> {
  readonly purpose: 'reset';
}

const findLink = async (db: Queryable, hash: Buffer): Promise<VerificationLink | ResetLink | undefined> => {
  const row = await db
    .selectFrom('one_time_tokens')
    .select(['id', 'user_id', 'purpose', 'email', 'expires_at', 'used_at', 'spent_at'])
    .where('token_hash', '=', hash)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      userId: row.user_id,
      purpose: row.purpose,
      email: row.email,
      expiresAt: row.expires_at,
      usedAt: row.used_at ?? undefined,
      spentAt: row.spent_at ?? undefined,
    }
  );
};

/** The verification link with this token; a reset token is none. */
export const findVerificationLink = async (
  db: Queryable,
  hash: Buffer,
): Promise<VerificationLink | undefined> => {
  const link = await findLink(db, hash);
  return link?.purpose === 'reset' ? undefined : link;
};

/** The reset link with this token; a verification token is none. */
export const findResetLink = async (db: Queryable, hash: Buffer): Promise<ResetLink | undefined> => {
  const link = await findLink(db, hash);
  return link?.purpose === 'reset' ? link : undefined;
};

/** Notes that the link has been used. */
export const useLink = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db.updateTable('one_time_tokens').set({ used_at: now }).where('id', '=', id).execute();
};

const openLinks = (db: Queryable, userId: number, now: Date) =>
  db
    .updateTable('one_time_tokens')
    .set({ spent_at: now })
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .where('spent_at', 'is', null);

/** Spends every open reset link of the user. */
export const spendResetLinks = async (db: Queryable, userId: number, now: Date): Promise<void> => {
  await openLinks(db, userId, now).where('purpose', '=', 'reset').execute();
};

/** Spends every open link of the user. */
export const spendLinks = async (db: Queryable, userId: number, now: Date): Promise<void> => {
  await openLinks(db, userId, now).execute();
};
