import { createHash } from 'node:crypto';
import { compareSync, getRounds, hashSync } from 'bcryptjs';
import { toNfc } from '../text/nfc.ts';

/** What the main thread asks for; `cost` is the configured one. */
export type PasswordTask =
  | { readonly kind: 'hash'; readonly password: string; readonly cost: number }
  | {
      readonly kind: 'check';
      readonly password: string;
      readonly hash: string | undefined;
      readonly cost: number;
    };

/** bcrypt reads 72 bytes and stops at NUL; the 64 characters of this digest lose neither (auth.md R4). */
const digest = (password: string): string =>
  createHash('sha384').update(toNfc(password), 'utf8').digest('base64');

/** A well-formed hash that belongs to no password. */
const decoy = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;

/**
 * Compares, and makes up for a hash of a lower cost than the configured one: 2^c + 2^c + 2^(c+1) + … + 2^(C-1)
 * is 2^C rounds, so that an old hash takes as long as a new one or as no account at all (auth.md R6).
 */
const check = (password: string, hash: string, cost: number): boolean => {
  const text = digest(password);
  const matches = compareSync(text, hash);
  for (let step = getRounds(hash); step < cost; step++) compareSync(text, decoy(step));
  return matches;
};

/** Entry of the worker thread: a new hash, or whether the password has the given one. */
export const run = (task: PasswordTask): string | boolean => {
  if (task.kind === 'hash') return hashSync(digest(task.password), task.cost);
  const matches = check(task.password, task.hash ?? decoy(task.cost), task.cost);
  return task.hash !== undefined && matches;
};
