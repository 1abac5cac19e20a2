import type { AccountState } from '../../accounts/rules/account-state.ts';

/** What the database says of a link that sets a new password. */
export interface StoredResetLink {
  readonly email: string;
  readonly expiresAt: Date;
  readonly usedAt: Date | undefined;
  readonly spentAt: Date | undefined;
}

/** `gone` for a link that was good once. */
export type ResetOutcome = 'unknown' | 'gone' | 'reset';

/** What a reset token is worth (auth.md, reset-password; R18). A changed address spends it, so it must be the same. */
export const resetOutcome = (
  link: StoredResetLink | undefined,
  account: { readonly state: AccountState; readonly email: string } | undefined,
  now: Date,
): ResetOutcome => {
  if (!link || !account) return 'unknown';
  const over = link.usedAt || link.spentAt || link.expiresAt <= now;
  return over || account.state === 'disabled' || account.email !== link.email ? 'gone' : 'reset';
};
