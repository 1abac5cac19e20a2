import type { Config } from '../config/config.ts';
import { AppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { commonHeaders } from '../http/common-headers.ts';
import { errorResponse } from '../http/error-response.ts';
import { requestIdFrom } from '../http/request-id.ts';

/** What is known of a request that no function answers. */
export interface RefusedRequest {
  readonly requestId?: string | undefined;
  readonly origin?: string | undefined;
}

/** An answer that the gateway makes itself, complete with the headers that every response carries. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** Refuses a request in the error shape of the API. */
export const refuse = (
  code: ErrorCode,
  { requestId: given, origin }: RefusedRequest,
  config: Config,
  message?: string,
): Refusal => {
  const requestId = requestIdFrom(given);
  const error = new AppError(code, message === undefined ? {} : { message });
  const { status, headers, body } = errorResponse(error, requestId);
  const shared = commonHeaders(requestId, origin, config);
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers, ...shared },
    body: JSON.stringify(body),
  };
};
