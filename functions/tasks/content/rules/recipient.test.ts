import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRecipient } from './recipient.ts';

test.each([
  'ann@example.com',
  'a.b+c_d%e-f@sub.example.co.jp',
  `${'x'.repeat(64)}@example.com`,
  `a@${'x'.repeat(248)}.com`,
])('takes %.40s', (address) => {
  expect(isRecipient(address)).toBe(true);
});

test.each([
  '',
  'ann',
  'ann@example',
  'ann@example.c',
  'ann@example.c0m',
  '@example.com',
  'ann@@example.com',
  'ann bob@example.com',
  'ann@example.com\r\nBcc: eve@example.com',
  'ann@example.com\n',
  'ann@example.com,eve@example.com',
  '<ann@example.com>',
  'ännchen@example.com',
  `${'x'.repeat(65)}@example.com`,
  `a@${'x'.repeat(249)}.com`,
])('refuses %j', (address) => {
  expect(isRecipient(address)).toBe(false);
});

test('whatever it takes cannot leave the header or envelope that it stands in', () => {
  const piece = fc.constantFrom(
    'ann',
    '@',
    'example',
    '.com',
    '\r\n',
    ' ',
    ',',
    '<',
    '>',
    '"',
    ';',
    '\0',
    '.',
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const address = pieces.join('');
      if (isRecipient(address)) expect(address).toMatch(/^[^\s<>",;\0]+$/);
    }),
  );
});
