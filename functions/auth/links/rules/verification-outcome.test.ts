import { expect, test } from 'vitest';
import {
  type LinkedAccount,
  livePendingEmail,
  type StoredLink,
  verificationOutcome,
} from './verification-outcome.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

const link = (given: Partial<StoredLink> = {}): StoredLink => ({
  purpose: 'verify',
  email: 'old@example.com',
  expiresAt: at(60),
  usedAt: undefined,
  spentAt: undefined,
  ...given,
});
const changeLink = (given: Partial<StoredLink> = {}) =>
  link({ purpose: 'change_email', email: 'new@example.com', ...given });
const account = (given: Partial<LinkedAccount> = {}): LinkedAccount => ({
  state: 'unverified',
  email: 'old@example.com',
  pendingEmail: undefined,
  pendingEmailExpiresAt: undefined,
  ...given,
});
const changing = (given: Partial<LinkedAccount> = {}) =>
  account({ state: 'active', pendingEmail: 'new@example.com', pendingEmailExpiresAt: at(60), ...given });
const active = account({ state: 'active' });
const changed = account({ state: 'active', email: 'new@example.com' });

test.each([
  ['unknown token', undefined, undefined, 'invalid'],
  ['account erased meanwhile', link(), undefined, 'invalid'],
  ['used, account active', link({ usedAt: at(-9) }), active, 'already_verified'],
  ['used, account active, address changed since', link({ usedAt: at(-9) }), changed, 'already_verified'],
  ['used long ago, account active', link({ usedAt: at(-9), expiresAt: at(-8) }), active, 'already_verified'],
  ['used, account disabled', link({ usedAt: at(-9) }), account({ state: 'disabled' }), 'invalid'],
  ['used, account unverified again', link({ usedAt: at(-9) }), account(), 'invalid'],
  [
    'change link used, address still the stored one',
    changeLink({ usedAt: at(-9) }),
    changed,
    'already_verified',
  ],
  ['change link used, address changed again', changeLink({ usedAt: at(-9) }), active, 'invalid'],
  ['spent', link({ spentAt: at(-9) }), account(), 'invalid'],
  ['expired', link({ expiresAt: at(-1) }), account(), 'invalid'],
  ['expiring now', link({ expiresAt: now }), account(), 'invalid'],
  ['expired, account active', link({ expiresAt: at(-1) }), active, 'invalid'],
  ['account disabled', link(), account({ state: 'disabled' }), 'invalid'],
  ['address no longer the stored one', link(), account({ email: 'other@example.com' }), 'invalid'],
  ['address changed, account active', link(), changed, 'invalid'],
  ['change link, nothing pending', changeLink(), active, 'invalid'],
  [
    'change link, another address pending',
    changeLink(),
    changing({ pendingEmail: 'x@example.com' }),
    'invalid',
  ],
  ['change link, pending address expired', changeLink(), changing({ pendingEmailExpiresAt: now }), 'invalid'],
  ['change link, account disabled', changeLink(), changing({ state: 'disabled' }), 'invalid'],
  ['registration link, account already active', link(), active, 'already_verified'],
  ['registration link', link(), account(), 'confirm'],
  ['change link', changeLink(), changing(), 'change'],
])('%s: %s', (_, stored, linked, outcome) => {
  expect(verificationOutcome(stored, linked, now)).toBe(outcome);
});

test('a pending address lives until its end', () => {
  expect(livePendingEmail(changing(), now)).toBe('new@example.com');
  expect(livePendingEmail(changing({ pendingEmailExpiresAt: now }), now)).toBeUndefined();
  expect(livePendingEmail(active, now)).toBeUndefined();
});
