import type { ErrorCode } from '../errors/error-codes.ts';
import type { Contract } from './contract.ts';

/** All error codes an endpoint may answer: its own, and those that follow from guard, request and limits. */
export const documentedCodes = (contract: Contract): ErrorCode[] => {
  const { guard, request = {}, idempotent = false } = contract;
  const asUser = guard === 'user' || guard === 'tutor' || guard === 'admin';
  const schemas = Object.keys(request).length > 0;
  const codes: (ErrorCode | false)[] = [
    request.body !== undefined && 'malformed_request',
    (schemas || idempotent) && 'validation_failed',
    asUser && 'unauthenticated',
    asUser && 'invalid_token',
    guard === 'service' && 'invalid_api_key',
    (guard === 'tutor' || guard === 'admin') && 'forbidden',
    asUser && 'csrf_rejected',
    'not_found',
    contract.head === false && 'method_not_allowed',
    idempotent && 'conflict',
    'payload_too_large',
    request.body !== undefined && 'unsupported_media_type',
    idempotent && 'idempotency_key_reused',
    (contract.rateLimit ?? 'general') !== 'none' && 'rate_limited',
    'internal_error',
    'unavailable',
    ...(contract.errors ?? []),
  ];
  return [...new Set(codes.filter((code) => code !== false))];
};
