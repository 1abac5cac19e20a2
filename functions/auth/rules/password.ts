import { commonPasswords } from './common-passwords.ts';
import { fold } from './folding.ts';

/** Bounds of a new password in code points. */
export const PASSWORD_LENGTH = { minimum: 8, maximum: 128 } as const;
/** Bound of a password that is given for comparison, in code points. */
export const GIVEN_PASSWORD_LENGTH = 1_024;

const SHORTEST_COMPARED = 4;

/** Whether the password, in NFC, is as long as a new one must be. */
export type LengthFault = 'too_short' | 'too_long';

/** Code points of a text, counted no further than the first one beyond `maximum`. */
export const countCodePoints = (text: string, maximum: number): number =>
  // No code point takes more than two units, so a huge text need not be walked.
  text.length > 2 * maximum ? maximum + 1 : [...text].length;

/** What is wrong with the length of a new password, if anything. */
export const lengthFault = (password: string): LengthFault | undefined => {
  const length = countCodePoints(password, PASSWORD_LENGTH.maximum);
  if (length < PASSWORD_LENGTH.minimum) return 'too_short';
  return length > PASSWORD_LENGTH.maximum ? 'too_long' : undefined;
};

/** Whether the folded password is on the block list (auth.md R2). */
export const isCommon = (password: string): boolean => commonPasswords().has(fold(password));

/**
 * Whether the folded password contains one of the texts that identify its owner, the username and the local part
 * of the address (auth.md R3); texts of fewer than 4 code points are not compared.
 */
export const containsIdentity = (password: string, identities: readonly string[]): boolean => {
  const folded = fold(password);
  return identities.some(
    (identity) => [...identity].length >= SHORTEST_COMPARED && folded.includes(fold(identity)),
  );
};
