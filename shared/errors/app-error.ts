import { ERROR_SENTENCE, type ErrorCode } from './error-codes.ts';
import type { RefusalData } from './refusal-data.ts';

/** One issue of one field; `field` is a path such as `results[0].period`. */
export interface Issue {
  readonly field: string;
  readonly message: string;
  readonly code: string;
}

/** What a refusal may carry beyond its code. */
export interface AppErrorOptions {
  /** Read by people; never holds secrets, SQL or upstream text. */
  readonly message?: string;
  readonly details?: readonly Issue[];
  readonly data?: RefusalData;
  readonly cause?: unknown;
}

/** An expected refusal: its code decides the HTTP status, and its message is shown to the caller. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: readonly Issue[] | undefined;
  readonly data: RefusalData;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? ERROR_SENTENCE[code], { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.data = options.data ?? {};
  }
}

/** A `validation_failed` refusal for the given issues, in the order given. */
export const invalid = (...issues: Issue[]): AppError =>
  new AppError('validation_failed', { details: issues });

/** A refusal because of the value of one field that somebody else has. */
export const taken = (code: ErrorCode, field: string, cause?: unknown): AppError =>
  new AppError(code, { details: [{ field, message: ERROR_SENTENCE[code], code }], cause });

/** Throws the refusal unless the condition holds. */
export function assertThat(
  condition: unknown,
  code: ErrorCode,
  options?: AppErrorOptions,
): asserts condition {
  if (!condition) throw new AppError(code, options);
}
