import { expect, test } from 'vitest';
import { refreshOutcome, refreshTokenExpiry, type StoredRefreshToken } from './refresh-outcome.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
const GRACE_MS = 10_000;

const token = (given: Partial<StoredRefreshToken> = {}): StoredRefreshToken => ({
  expiresAt: at(60),
  rotatedAt: undefined,
  sessionEndedAt: undefined,
  sessionAbsoluteEnd: at(3_600),
  accountActive: true,
  ...given,
});

test.each([
  ['not found', undefined, 'invalid'],
  ['session ended', token({ sessionEndedAt: at(-1) }), 'invalid'],
  ['session ended and rotated long ago', token({ sessionEndedAt: at(-1), rotatedAt: at(-99) }), 'invalid'],
  ['at the absolute end', token({ sessionAbsoluteEnd: now }), 'invalid'],
  ['account not active', token({ accountActive: false }), 'invalid'],
  ['account not active and rotated long ago', token({ accountActive: false, rotatedAt: at(-99) }), 'invalid'],
  ['rotated just now', token({ rotatedAt: now }), 'sibling'],
  ['rotated by a clock that is ahead', token({ rotatedAt: at(1) }), 'sibling'],
  ['rotated exactly the grace ago', token({ rotatedAt: at(-10) }), 'sibling'],
  ['rotated within the grace, expired since', token({ rotatedAt: at(-5), expiresAt: at(-1) }), 'sibling'],
  ['rotated 1 ms longer ago', token({ rotatedAt: at(-10.001) }), 'replay'],
  ['rotated long ago and expired', token({ rotatedAt: at(-99), expiresAt: at(-1) }), 'replay'],
  ['expired', token({ expiresAt: at(-1) }), 'invalid'],
  ['expiring now', token({ expiresAt: now }), 'invalid'],
  ['fresh', token(), 'rotate'],
])('%s: %s', (_, stored, outcome) => {
  expect(refreshOutcome(stored, now, GRACE_MS)).toBe(outcome);
});

test('a refresh token never outlives its session', () => {
  expect(refreshTokenExpiry(now, 60_000, at(3_600))).toEqual(at(60));
  expect(refreshTokenExpiry(now, 60_000, at(30))).toEqual(at(30));
});
