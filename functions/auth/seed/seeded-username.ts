import { isUsername, USERNAME_LENGTH } from '../accounts/rules/username.ts';

/** A username out of the local part of an address; `admin` when too little of it can stand in one. */
export const usernameFrom = (local: string): string => {
  const allowed = local.replace(/[^\p{L}\p{M}\p{Nd}._-]/gu, '').replace(/^[^\p{L}\p{Nd}]+/u, '');
  const candidate = [...allowed].slice(0, USERNAME_LENGTH.maximum).join('');
  return isUsername(candidate) ? candidate : 'admin';
};

/** The username with a number at its end, still short enough; the first attempt is the name itself. */
export const numbered = (username: string, attempt: number): string => {
  if (attempt === 1) return username;
  const number = String(attempt);
  return [...username].slice(0, USERNAME_LENGTH.maximum - number.length).join('') + number;
};
