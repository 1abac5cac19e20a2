import { expect, test } from 'vitest';
import { readAccessToken, signAccessToken } from './access-token.ts';

const SETTINGS = {
  JWT_SECRET: 'a secret of thirty-two bytes or more',
  JWT_ISSUER: 'issuer',
  JWT_AUDIENCE: 'audience',
  JWT_ACCESS_TOKEN_EXPIRY: 900_000,
};
const CLAIMS = { userId: 42, role: 3, sessionId: 71 } as const;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const now = new Date();

const sign = async () => (await signAccessToken(CLAIMS, SETTINGS, now)).token;

/** The texts beside the given one that decode to the same bytes because their last characters differ in unused bits. */
const twins = (segment: string): string[] => {
  const bytes = Buffer.from(segment, 'base64url');
  return [...ALPHABET]
    .map((last) => segment.slice(0, -1) + last)
    .filter((text) => text !== segment && Buffer.from(text, 'base64url').equals(bytes));
};

test('a token as it was signed is read', async () => {
  expect(await readAccessToken(await sign(), SETTINGS, now)).toEqual(CLAIMS);
});

test('a token has one text: unused bits of any segment make another, which is refused', async () => {
  const segments = (await sign()).split('.');
  const signature = segments[2] ?? '';
  // 32 bytes leave two bits unused.
  expect(twins(signature)).toHaveLength(3);
  for (const [index, segment] of segments.entries()) {
    for (const twin of twins(segment)) {
      const token = segments.with(index, twin).join('.');
      expect(await readAccessToken(token, SETTINGS, now), token).toBeUndefined();
    }
  }
});

test.each([
  ['padding', (segment: string) => `${segment}=`],
  ['the other alphabet', (segment: string) => segment.replaceAll('-', '+').replaceAll('_', '/')],
  ['a blank', (segment: string) => `${segment} `],
  ['a character that encodes nothing', (segment: string) => `${segment.slice(0, 4)}!${segment.slice(4)}`],
])('%s in any segment is refused', async (_name, spoil) => {
  for (let round = 0; round < 20; round++) {
    const segments = (await sign()).split('.');
    for (const [index, segment] of segments.entries()) {
      if (spoil(segment) === segment) continue;
      const token = segments.with(index, spoil(segment)).join('.');
      expect(await readAccessToken(token, SETTINGS, now), token).toBeUndefined();
    }
  }
});

test.each(['', '.', '..', '...', 'a', 'a.b.c', `${'a'.repeat(100_000)}.b.c`])(
  '%.10s is no token',
  async (text) => {
    expect(await readAccessToken(text, SETTINGS, now)).toBeUndefined();
  },
);
