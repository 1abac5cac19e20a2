import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test } from 'vitest';
import { readRequest } from './request.ts';

const headersOf = (headers: Record<string, string>) =>
  readRequest({
    headers,
    rawPath: '/',
    requestContext: { http: { method: 'GET', sourceIp: '' } },
  } as unknown as APIGatewayProxyEventV2).headers;

test('blanks around a header are no part of its value, others are', () => {
  const headers = headersOf({ 'Idempotency-Key': ' \t a b \t', Empty: '  ', Other: '\u00a0x\u3000' });
  expect({ ...headers }).toEqual({ 'idempotency-key': 'a b', empty: '', other: '\u00a0x\u3000' });
});

test('a header of nothing but blanks between two letters takes no time', () => {
  const value = `a${' '.repeat(1_000_000)}b`;
  const startedAt = performance.now();
  expect(headersOf({ long: value })['long']).toBe(value);
  expect(performance.now() - startedAt).toBeLessThan(500);
});
