import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorText, isPermanent } from './failure.ts';

test('names the code and stays on one line', () => {
  const text = errorText({ code: 'smtp_error', detail: '451-try\r\n451 later\u0000 ' });
  expect(text).toBe('smtp_error: 451-try 451 later');
});

test('is cut at 4,096 bytes between two characters', () => {
  expect(errorText({ code: 'smtp_error', detail: 'x'.repeat(5_000) })).toHaveLength(4_096);
  const cut = errorText({ code: 'smtp_error', detail: '🎌'.repeat(2_000) });
  expect(Buffer.byteLength(cut)).toBe(4_096);
  expect(cut.endsWith('🎌')).toBe(true);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1_000, maxLength: 3_000 }), (detail) => {
      fc.pre(!detail.includes('\uFFFD'));
      const text = errorText({ code: 'too_large', detail });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
      expect(text).not.toContain('\uFFFD');
    }),
    { numRuns: 20 },
  );
});

test('only what trying again cannot help is permanent', () => {
  expect(isPermanent({ code: 'recipient_refused' })).toBe(true);
  expect(isPermanent({ code: 'smtp_timeout' })).toBe(false);
  expect(isPermanent({ code: 'http_error' })).toBe(false);
  expect(isPermanent({ code: 'http_error', isPermanent: true })).toBe(true);
});
