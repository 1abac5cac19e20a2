import { expect, test } from 'vitest';
import { linkTo } from './link.ts';

test.each([
  ['https://example.com/verify', 'https://example.com/verify?validToken=abc'],
  ['https://example.com/verify?lang=en', 'https://example.com/verify?lang=en&validToken=abc'],
])('%s becomes %s', (url, link) => expect(linkTo(url, 'validToken', 'abc')).toBe(link));
