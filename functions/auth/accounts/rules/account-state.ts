/** auth.md, "Words": unverified until the address is confirmed; disabled by an admin; else active. */
export type AccountState = 'unverified' | 'active' | 'disabled';

/** The state that two columns of an account say. */
export const accountState = (account: {
  readonly emailVerifiedAt: Date | undefined;
  readonly disabledAt: Date | undefined;
}): AccountState => {
  if (account.disabledAt) return 'disabled';
  return account.emailVerifiedAt ? 'active' : 'unverified';
};
