import { fold } from '#shared/text/folding.ts';

const USERNAME = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}._-]{2,31}$/u;
/** Letters and marks among them show nothing, so that two names would look alike. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const KEY = /^[\p{L}\p{M}\p{Nd}._-]{1,64}$/u;

/** Bounds of a username in code points. */
export const USERNAME_LENGTH = { minimum: 3, maximum: 32 } as const;

/** What makes usernames equal; any text has a key, only a username's is stored. */
export const usernameKey = (username: string): string => fold(username);

/** Whether a trimmed text in NFC can be a username; some compatibility characters fold to what cannot. */
export const isUsername = (text: string): boolean =>
  USERNAME.test(text) && !INVISIBLE.test(text) && isKey(usernameKey(text));

const isKey = (key: string): boolean => KEY.test(key) && !INVISIBLE.test(key);
