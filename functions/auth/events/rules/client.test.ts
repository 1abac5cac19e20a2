import { expect, test } from 'vitest';
import { cutUserAgent } from './client.ts';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['Mozilla/5.0', 'Mozilla/5.0'],
  ['𠮷'.repeat(256), '𠮷'.repeat(255)],
  ['\ud800x', '\ufffdx'],
])('%j is kept as %j', (header, kept) => expect(cutUserAgent(header)).toBe(kept));
