import { taken } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { ownValue } from '../text/names.ts';

const LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_STATEMENT_TIMEOUT',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'POOL_CLOSED',
  'POOL_BUSY',
  // Its disk is full.
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_ERROR_ON_WRITE',
]);
const RETRYABLE = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']);
/** Duplicate key, missing parent, existing children, failed check; by number, as the driver does not know the last. */
const VIOLATIONS = new Set([1062, 1452, 1451, 4025]);

const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/** Whether the database could not be reached or went away, so that trying later may help. */
export const isDatabaseUnavailable = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code !== undefined && LOST.has(code)) return true;
  return (
    error instanceof Error &&
    /Can't add new command when connection is in closed state|Pool is closed/.test(error.message)
  );
};

/** Whether the same transaction, run again from its beginning, may succeed (deadlock, lock wait). */
export const isRetryableConflict = (error: unknown): boolean => RETRYABLE.has(codeOf(error) ?? '');

/** Name of the constraint that the statement violated (`uq_…`, `fk_…`, `ck_…`), if it did. */
export const violatedConstraint = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !VIOLATIONS.has((error as { errno?: number }).errno ?? 0))
    return undefined;
  const { message } = error;
  // Three spellings of MariaDB: key 'uq_x' at the end, CONSTRAINT `fk_x`, CONSTRAINT `ck_x` failed.
  const match = /for key '(?:[^']*\.)?([^'.]+)'$/.exec(message) ?? /CONSTRAINT `([^`]+)`/.exec(message);
  return match?.[1];
};

/** What a violated constraint means to the caller. */
export interface ConstraintMeaning {
  readonly code: ErrorCode;
  readonly field: string;
}

/** Turns a violation of a listed constraint into its refusal; anything else is thrown on as it is. */
export const mapConstraint =
  (meanings: Readonly<Record<string, ConstraintMeaning>>) =>
  (error: unknown): never => {
    const meaning = ownValue(meanings, violatedConstraint(error) ?? '');
    if (!meaning) throw error;
    throw taken(meaning.code, meaning.field, error);
  };
