import { expect, test } from 'vitest';
import { domainOf } from './mail-address.ts';

test.each([
  ['noreply@example.com', 'example.com'],
  ['JapaneseStudent <noreply@example.com>', 'example.com'],
  ['"a@b" <noreply@example.com> ', 'example.com'],
  ['nobody', 'localhost'],
])('%s', (address, domain) => {
  expect(domainOf(address)).toBe(domain);
});
