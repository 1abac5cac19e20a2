import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endContent, readContent, storeContent } from './content-storage.ts';

const secret = { TASK_CONTENT_SECRET: 'a-secret-of-at-least-32-characters' };
const other = { TASK_CONTENT_SECRET: 'b-secret-of-at-least-32-characters' };

test('what is sensitive can be read with its secret only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(text.isWellFormed());
      const content = storeContent(text, true, secret);
      expect(readContent({ content, sensitive: true }, secret)).toBe(text);
      expect(readContent({ content, sensitive: true }, other)).toBeUndefined();
    }),
  );
});

test('shows nothing of the text, and never the same for the same text', () => {
  const text = 'ann@example.com;https://example.com/verify?token=abc';
  const content = storeContent(text, true, secret);
  expect(Buffer.from(content.slice(3), 'base64').toString('latin1')).not.toMatch(/ann|token|abc/);
  expect(storeContent(text, true, secret)).not.toBe(content);
});

test('a damaged one is unreadable', () => {
  const content = storeContent('ann@example.com;x', true, secret);
  const bytes = Buffer.from(content.slice(3), 'base64');
  for (let index = 0; index < bytes.length; index++) {
    const damaged = Buffer.from(bytes);
    damaged[index] = (damaged[index] ?? 0) ^ 1;
    const stored = { content: `v1:${damaged.toString('base64')}`, sensitive: true };
    expect(readContent(stored, secret)).toBeUndefined();
  }
  for (const content of ['', 'v1:', 'v1:AAAA', 'ann@example.com;x']) {
    expect(readContent({ content, sensitive: true }, secret)).toBeUndefined();
  }
});

test('the longest content fits its column', () => {
  expect(storeContent('🎌'.repeat(10_000), true, secret).length).toBeLessThan(65_535);
});

test('ends as the recipient alone, still sealed', () => {
  const ended = endContent(
    { content: storeContent('ann@example.com;x;y', true, secret), sensitive: true },
    secret,
  );
  expect(ended.redacted).toBe(true);
  expect(readContent({ content: ended.content, sensitive: true }, secret)).toBe('ann@example.com');
});

test('without variables nothing is taken away', () => {
  const content = storeContent('ann@example.com', true, secret);
  expect(endContent({ content, sensitive: true }, secret).redacted).toBe(false);
});

test('what is not sensitive stays', () => {
  const stored = { content: 'ann@example.com;x', sensitive: false };
  expect(storeContent(stored.content, false, secret)).toBe(stored.content);
  expect(endContent(stored, secret)).toEqual({ content: stored.content, redacted: false });
});

test('one that cannot be read ends empty', () => {
  const ended = endContent({ content: 'v1:broken', sensitive: true }, secret);
  expect(ended.redacted).toBe(true);
  expect(readContent({ content: ended.content, sensitive: true }, secret)).toBe('');
});
