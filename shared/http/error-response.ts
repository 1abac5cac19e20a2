import { isDatabaseUnavailable } from '../database/errors.ts';
import { AppError } from '../errors/app-error.ts';
import { ERROR_STATUS } from '../errors/error-codes.ts';
import { StorageError } from '../storage/storage-error.ts';
import { refusalHeaders } from './refusal-headers.ts';

const UNAVAILABLE_RETRY_SECONDS = '5';

/** An answer in the API's error shape, before the common headers are added. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: string;
    readonly code: string;
    readonly requestId: string;
    readonly details?: readonly { field: string; message: string; code: string }[];
  };
}

/** Any thrown value as a refusal: our own as they are, a lost database or store as 503, the rest as a mute 500. */
export const toAppError = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (isDatabaseUnavailable(error) || error instanceof StorageError) {
    return new AppError('unavailable', { cause: error });
  }
  return new AppError('internal_error', { cause: error });
};

/** The one error shape of the API. */
export const errorResponse = (error: AppError, requestId: string): ErrorResponse => ({
  status: ERROR_STATUS[error.code],
  headers: {
    ...(error.code === 'unavailable' ? { 'retry-after': UNAVAILABLE_RETRY_SECONDS } : {}),
    ...(ERROR_STATUS[error.code] === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...refusalHeaders(error.data),
  },
  body: {
    error: error.message,
    code: error.code,
    requestId,
    ...(error.details ? { details: error.details } : {}),
  },
});
