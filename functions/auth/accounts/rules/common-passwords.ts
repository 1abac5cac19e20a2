import { dictionary } from '@zxcvbn-ts/language-common';

let entries: ReadonlySet<string> | undefined;

/**
 * About 49,000 passwords that people use most, from @zxcvbn-ts/language-common (MIT). Its entries are folded
 * already, which a test proves, so that building the set does not hold the event loop.
 */
export const commonPasswords = (): ReadonlySet<string> => {
  entries ??= new Set(dictionary.passwords);
  return entries;
};
