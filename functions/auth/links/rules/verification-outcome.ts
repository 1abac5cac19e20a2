import type { AccountState } from '../../accounts/rules/account-state.ts';

/** What the database says of a verification link. */
export interface StoredLink {
  readonly purpose: 'verify' | 'change_email';
  readonly email: string;
  readonly expiresAt: Date;
  readonly usedAt: Date | undefined;
  readonly spentAt: Date | undefined;
}

/** The account of a link. */
export interface LinkedAccount {
  readonly state: AccountState;
  readonly email: string;
  readonly pendingEmail: string | undefined;
  readonly pendingEmailExpiresAt: Date | undefined;
}

/** `confirm` and `change` use the link; whether the new address is free shows only when it is stored. */
export type VerificationOutcome = 'invalid' | 'already_verified' | 'confirm' | 'change';

/** The pending address, unless it has expired. */
export const livePendingEmail = (
  account: Pick<LinkedAccount, 'pendingEmail' | 'pendingEmailExpiresAt'>,
  now: Date,
): string | undefined =>
  account.pendingEmailExpiresAt && account.pendingEmailExpiresAt > now ? account.pendingEmail : undefined;

/** The table of auth.md R16, row by row. */
export const verificationOutcome = (
  link: StoredLink | undefined,
  account: LinkedAccount | undefined,
  now: Date,
): VerificationOutcome => {
  if (!link || !account) return 'invalid';
  const change = link.purpose === 'change_email';
  const active = account.state === 'active';
  if (link.usedAt && active && (!change || account.email === link.email)) return 'already_verified';
  if (link.usedAt || link.spentAt || link.expiresAt <= now || account.state === 'disabled') return 'invalid';
  const address = change ? livePendingEmail(account, now) : account.email;
  if (address !== link.email) return 'invalid';
  if (change) return 'change';
  return active ? 'already_verified' : 'confirm';
};
