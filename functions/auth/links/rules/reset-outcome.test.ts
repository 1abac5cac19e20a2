import { expect, test } from 'vitest';
import { resetOutcome, type StoredResetLink } from './reset-outcome.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
const link = (given: Partial<StoredResetLink> = {}): StoredResetLink => ({
  email: 'hanako@example.com',
  expiresAt: at(1),
  usedAt: undefined,
  spentAt: undefined,
  ...given,
});
const account = { state: 'active' as const, email: 'hanako@example.com' };

test.each([
  ['no link', undefined, account, 'unknown'],
  ['no account', link(), undefined, 'unknown'],
  ['open, active', link(), account, 'reset'],
  ['open, unverified', link(), { ...account, state: 'unverified' as const }, 'reset'],
  ['disabled', link(), { ...account, state: 'disabled' as const }, 'gone'],
  ['used', link({ usedAt: at(-1) }), account, 'gone'],
  ['spent', link({ spentAt: at(-1) }), account, 'gone'],
  ['at its expiry', link({ expiresAt: now }), account, 'gone'],
  ['of another address', link(), { ...account, email: 'other@example.com' }, 'gone'],
])('%s', (_case, stored, owner, outcome) => {
  expect(resetOutcome(stored, owner, now)).toBe(outcome);
});
