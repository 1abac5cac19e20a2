import { expect, test } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { errorResponse } from './error-response.ts';

const limit = (name: string, resetSeconds: number) => ({
  name,
  quota: 3,
  windowSeconds: 60,
  remaining: 0,
  resetSeconds,
});

test.each([
  [new AppError('not_found'), 404, {}],
  [new AppError('unavailable'), 503, { 'retry-after': '5' }],
  [new AppError('invalid_token'), 401, { 'www-authenticate': 'Bearer' }],
  [new AppError('conflict', { data: { retryAfterSeconds: 1 } }), 409, { 'retry-after': '1' }],
  [
    new AppError('range_not_satisfiable', { data: { fileSize: 10 } }),
    416,
    { 'content-range': 'bytes */10', 'accept-ranges': 'bytes' },
  ],
  [
    new AppError('method_not_allowed', { data: { methods: ['GET', 'HEAD', 'OPTIONS'] } }),
    405,
    { allow: 'GET, HEAD, OPTIONS' },
  ],
  [
    new AppError('rate_limited', { data: { limits: [limit('a', 7), limit('b', 20)] } }),
    429,
    {
      'ratelimit-policy': '"a";q=3;w=60, "b";q=3;w=60',
      ratelimit: '"a";r=0;t=7, "b";r=0;t=20',
      'retry-after': '20',
    },
  ],
  [
    new AppError('rate_limited', { data: { limits: [limit('a', 0)] } }),
    429,
    { 'ratelimit-policy': '"a";q=3;w=60', ratelimit: '"a";r=0;t=0', 'retry-after': '1' },
  ],
])('%s: the edge makes the headers', (error, status, headers) => {
  const response = errorResponse(error, 'id');
  expect(response).toMatchObject({ status, headers, body: { code: error.code, requestId: 'id' } });
  expect(response.headers).toEqual(headers);
});
