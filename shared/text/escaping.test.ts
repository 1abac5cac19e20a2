import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, extendedHeaderValue, hexByte } from './escaping.ts';

test.each([
  ['<a href="x">\'&amp;\'</a>', '&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;'],
  ['は & $& $1', 'は &amp; $&amp; $1'],
  ['', ''],
])('%s is shown as %s', (text, expected) => {
  expect(escapeHtml(text)).toBe(expected);
});

test.each([
  ['week 1.pdf', "UTF-8''week%201.pdf"],
  ['試験.pdf', "UTF-8''%E8%A9%A6%E9%A8%93.pdf"],
  ["a'b(c)*%", "UTF-8''a%27b%28c%29%2A%25"],
  ['\n', "UTF-8''%0A"],
])('%s is the header value %s', (text, expected) => {
  expect(extendedHeaderValue(text)).toBe(expected);
});

test('a header value is attr-char alone, and reads back as the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const value = extendedHeaderValue(text);
      expect(value).toMatch(/^UTF-8''(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(value.slice("UTF-8''".length))).toBe(text);
    }),
  );
});

test.each([
  [0, '00'],
  [10, '0a'],
  [255, 'ff'],
])('%i is the byte %s', (byte, digits) => {
  expect(hexByte(byte)).toBe(digits);
});
