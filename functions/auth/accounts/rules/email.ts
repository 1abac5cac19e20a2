const LOCAL_PART = /^(?=.{1,64}$)[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*$/;
const LABEL = '(?!-)[a-z0-9-]{1,63}(?<!-)';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+[a-z]{2,63}$`);

/** Longest address that is stored, in characters. */
export const EMAIL_LENGTH = 100;

/** The one spelling under which an address is stored and looked up. */
export const normalizeEmail = (text: string): string => text.toLowerCase();

/** What stands before the `@` of a well-formed address. */
export const localPart = (email: string): string => email.slice(0, email.lastIndexOf('@'));

/** Whether a normalized text is an address that we accept. */
export const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf('@');
  return (
    at > 0 &&
    text.length <= EMAIL_LENGTH &&
    LOCAL_PART.test(text.slice(0, at)) &&
    DOMAIN.test(text.slice(at + 1))
  );
};

/** An address for the eyes of whoever had the account's old one: its first character and its domain (R29). */
export const maskEmail = (email: string): string =>
  `${email.slice(0, 1)}***@${email.slice(email.lastIndexOf('@') + 1)}`;
