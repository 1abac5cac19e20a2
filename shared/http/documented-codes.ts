import type { ErrorCode } from '../errors/error-codes.ts';
import { guardsOf } from './caller/guards.ts';
import type { Contract } from './contract.ts';

/** All error codes an endpoint may answer: its own, and those that follow from guard, request and limits. */
export const documentedCodes = (contract: Contract): ErrorCode[] => {
  const { request = {}, idempotent = false } = contract;
  const guards = guardsOf(contract);
  const asUser = guards.some((guard) => guard === 'user' || guard === 'tutor' || guard === 'admin');
  const byLink = guards.includes('link');
  const { stream: _stream, ...validated } = request;
  const schemas = Object.keys(validated).length > 0;
  const codes: (ErrorCode | false)[] = [
    (request.body ?? request.stream) !== undefined && 'malformed_request',
    (schemas || idempotent !== false) && 'validation_failed',
    (asUser || byLink) && 'unauthenticated',
    (asUser || byLink) && 'invalid_token',
    guards.includes('service') && 'invalid_api_key',
    guards.some((guard) => guard === 'tutor' || guard === 'admin') && 'forbidden',
    asUser && 'csrf_rejected',
    'not_found',
    (contract.head === false || contract.literalsWin === true) && 'method_not_allowed',
    idempotent !== false && 'conflict',
    'payload_too_large',
    request.body !== undefined && 'unsupported_media_type',
    idempotent !== false && 'idempotency_key_reused',
    (contract.rateLimit ?? 'general') !== 'none' && 'rate_limited',
    'internal_error',
    'unavailable',
    ...(contract.errors ?? []),
  ];
  return [...new Set(codes.filter((code) => code !== false))];
};
