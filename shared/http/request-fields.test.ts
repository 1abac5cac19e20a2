import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bytesField, patchBody, requestTime, textField } from './request-fields.ts';

describe('a time in a request', () => {
  test.each([
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['2026-01-02T03:04:05.6789Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05+09:00', '2026-01-01T18:04:05.000Z'],
    ['2024-02-29T00:00:00-00:00', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '1000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59-10:00', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(requestTime().parse(text).toISOString()).toBe(expected);
  });

  test.each([
    '',
    '2026-01-02',
    '2026-01-02T03:04Z',
    '2026-01-02T03:04:05',
    '2026-01-02t03:04:05Z',
    '2026-01-02T03:04:05z',
    '2026-01-02 03:04:05Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-02T24:00:00Z',
    '2026-01-02T03:04:05+0900',
    '2026-01-02T03:04:05 09:00',
    '1767322800',
  ])('%j is none', (text) => {
    expect(requestTime().safeParse(text).success).toBe(false);
  });
});

test('lengths count in code points and in bytes', () => {
  expect(textField(1, 2).safeParse('🎌🎌').success).toBe(true);
  expect(textField(1, 2).safeParse('🎌🎌x').success).toBe(false);
  expect(textField(1, 2).safeParse('').success).toBe(false);
  expect(bytesField(0, 4).safeParse('🎌').success).toBe(true);
  expect(bytesField(0, 3).safeParse('🎌').success).toBe(false);
});

test('a PATCH needs one of its fields', () => {
  const body = patchBody({ a: z.string().optional(), b: z.int().optional() });
  expect(body.parse({ b: 0, other: 1 })).toEqual({ b: 0 });
  expect(body.safeParse({ other: 1 }).error?.issues).toMatchObject([
    { path: [], message: 'must hold at least one of a, b', params: { code: 'required' } },
  ]);
});
