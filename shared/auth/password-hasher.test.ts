import { afterAll, expect, test } from 'vitest';
import { openPasswordHasher } from './password-hasher.ts';

const hasher = openPasswordHasher({ PASSWORD_BCRYPT_COST: 5, PASSWORD_HASH_WORKERS: 1 });
const cheaper = openPasswordHasher({ PASSWORD_BCRYPT_COST: 4, PASSWORD_HASH_WORKERS: 1 });
afterAll(() => Promise.all([hasher.close(), cheaper.close()]));

test('a password has its own hash and no other has', async () => {
  const hash = await hasher.hash('correct horse');
  expect(hash).toMatch(/^\$2b\$05\$.{53}$/);
  expect(await hasher.check('correct horse', hash)).toBe(true);
  expect(await hasher.check('correct horsf', hash)).toBe(false);
});

test.each([
  ['beyond the 72 bytes that bcrypt reads', `${'a'.repeat(100)}b`, `${'a'.repeat(100)}c`],
  ['after a NUL', 'secret\u0000one', 'secret\u0000two'],
])('every byte counts, also %s', async (_, password, other) => {
  const hash = await hasher.hash(password);
  expect(await hasher.check(password, hash)).toBe(true);
  expect(await hasher.check(other, hash)).toBe(false);
});

test('composed and decomposed text are one password', async () => {
  expect(await hasher.check('e\u0301'.repeat(8), await hasher.hash('\u00e9'.repeat(8)))).toBe(true);
});

test('without a hash no password is right', async () => {
  expect(await hasher.check('anything', undefined)).toBe(false);
  expect(await hasher.check('', undefined)).toBe(false);
});

test('a hash of another cost is outdated and still holds', async () => {
  const hash = await cheaper.hash('correct horse');
  expect(hasher.isOutdated(hash)).toBe(true);
  expect(cheaper.isOutdated(hash)).toBe(false);
  expect(await hasher.check('correct horse', hash)).toBe(true);
  expect(await hasher.check('wrong', hash)).toBe(false);
});

test('hashing leaves the event loop free', async () => {
  const slow = openPasswordHasher({ PASSWORD_BCRYPT_COST: 12, PASSWORD_HASH_WORKERS: 1 });
  await slow.hash('warm up');
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  await slow.hash('correct horse');
  clearInterval(timer);
  await slow.close();
  // A quarter of a second of work on the main thread would leave no tick at all.
  expect(ticks).toBeGreaterThan(5);
});

test('more work than can be served is refused at once, with signals as without', async () => {
  const { signal } = new AbortController();
  const waiting = Array.from({ length: 400 }, (_, index) =>
    cheaper.hash('correct horse', index % 2 ? signal : undefined),
  );
  const results = await Promise.allSettled(waiting);
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(400 - 100 - 1);
  expect(refused.every(({ reason }) => reason.code === 'unavailable')).toBe(true);
});

test('whoever is aborted while waiting hears it at once, and the others go on', async () => {
  const controller = new AbortController();
  const slow = openPasswordHasher({ PASSWORD_BCRYPT_COST: 11, PASSWORD_HASH_WORKERS: 1 });
  const first = slow.hash('correct horse');
  const waiting = slow.hash('correct horse', controller.signal);
  const last = slow.hash('correct horse');
  controller.abort(new Error('nobody waits'));
  await expect(waiting).rejects.toThrow('nobody waits');
  expect(await Promise.race([first, Promise.resolve('not yet')])).toBe('not yet');
  await Promise.all([first, last]);
  await slow.close();
});

test('of 8 loops on one worker none gets less than half of what another gets', async () => {
  const { signal } = new AbortController();
  const fair = openPasswordHasher({ PASSWORD_BCRYPT_COST: 6, PASSWORD_HASH_WORKERS: 1 });
  await fair.hash('warm up');
  const end = performance.now() + 1_500;
  const loop = async (): Promise<number> => {
    let done = 0;
    while (performance.now() < end) {
      await fair.check('wrong', undefined, signal);
      done += 1;
    }
    return done;
  };
  const shares = await Promise.all(Array.from({ length: 8 }, loop));
  await fair.close();
  expect(Math.min(...shares)).toBeGreaterThan(2);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(Math.max(...shares) / 2);
});
