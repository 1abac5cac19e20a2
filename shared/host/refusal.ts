import type { Config } from '../config/config.ts';
import type { AppError } from '../errors/app-error.ts';
import { commonHeaders } from '../http/common-headers.ts';
import { errorResponse } from '../http/error-response.ts';
import { requestIdFrom } from '../http/request-id.ts';

/** What is known of a request that no function answers. */
export interface RefusedRequest {
  readonly requestId?: string | undefined;
  readonly origin?: string | undefined;
}

/** An answer that the host makes itself, complete with the headers that every response carries. */
export interface Refusal {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** Refuses a request in the error shape of the API; `status` where HTTP has a better one than the code. */
export const refuse = (
  error: AppError,
  { requestId: given, origin }: RefusedRequest,
  config: Config,
  status?: number,
): Refusal => {
  const requestId = requestIdFrom(given);
  const response = errorResponse(error, requestId);
  return {
    statusCode: status ?? response.status,
    headers: {
      'content-type': 'application/json',
      ...response.headers,
      ...commonHeaders(requestId, origin, config),
    },
    body: JSON.stringify(response.body),
  };
};
