import { countCodePoints } from '#shared/text/code-points.ts';
import { fold } from '#shared/text/folding.ts';
import { commonPasswords } from './common-passwords.ts';

/** Bounds of a new password in code points. */
export const PASSWORD_LENGTH = { minimum: 8, maximum: 128 } as const;
/** Bound of a password that is given for comparison, in code points. */
export const GIVEN_PASSWORD_LENGTH = 1_024;

const SHORTEST_COMPARED = 4;
/** No username and no local part of an address is longer. */
const LONGEST_COMPARED = 64;

/** Whether the password, in NFC, is as long as a new one must be. */
export type LengthIssue = 'too_short' | 'too_long';

/** What is wrong with the length of a new password, if anything. */
export const lengthIssue = (password: string): LengthIssue | undefined => {
  const length = countCodePoints(password, PASSWORD_LENGTH.maximum);
  if (length < PASSWORD_LENGTH.minimum) return 'too_short';
  return length > PASSWORD_LENGTH.maximum ? 'too_long' : undefined;
};

/** Whether the folded password is on the block list (auth.md R2). */
export const isCommon = (password: string): boolean => commonPasswords().has(fold(password));

const isCompared = (identity: string): boolean => {
  const length = countCodePoints(identity, LONGEST_COMPARED);
  return length >= SHORTEST_COMPARED && length <= LONGEST_COMPARED;
};

/**
 * Whether the folded password contains one of the texts that identify its owner, the username and the local part
 * of the address (auth.md R3); texts of fewer than 4 code points are not compared. A password or identity that is
 * too long is refused for that, and folding it would be work for nothing.
 */
export const containsIdentity = (password: string, identities: readonly string[]): boolean => {
  const compared = identities.filter(isCompared);
  if (compared.length === 0 || lengthIssue(password) === 'too_long') return false;
  const folded = fold(password);
  return compared.some((identity) => folded.includes(fold(identity)));
};
