import { describe, expect, it } from 'vitest';
import { checkPreconditions, keepsRange } from './preconditions.ts';

const validators = { etag: '"abc"', lastModified: new Date('2026-03-20T03:33:20Z') };
const AT = 'Fri, 20 Mar 2026 03:33:20 GMT';
const EARLIER = 'Fri, 20 Mar 2026 03:33:19 GMT';
const LATER = 'Fri, 20 Mar 2026 03:33:21 GMT';

describe('checkPreconditions', () => {
  it.each([
    [{}, 'proceed'],
    [{ 'if-match': '"abc"' }, 'proceed'],
    [{ 'if-match': '*' }, 'proceed'],
    [{ 'if-match': '"x", "abc"' }, 'proceed'],
    [{ 'if-match': 'W/"abc"' }, 'failed'],
    [{ 'if-match': '"x"' }, 'failed'],
    [{ 'if-match': '' }, 'failed'],
    [{ 'if-match': '"abc"', 'if-unmodified-since': EARLIER }, 'proceed'],
    [{ 'if-unmodified-since': EARLIER }, 'failed'],
    [{ 'if-unmodified-since': AT }, 'proceed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'proceed'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"x"', 'if-modified-since': LATER }, 'proceed'],
    [{ 'if-modified-since': AT }, 'not-modified'],
    [{ 'if-modified-since': LATER }, 'not-modified'],
    [{ 'if-modified-since': EARLIER }, 'proceed'],
    [{ 'if-modified-since': '2026-03-21' }, 'proceed'],
    [{ 'if-match': '"x"', 'if-none-match': '"abc"' }, 'failed'],
    [{ 'if-match': '"abc"', 'if-none-match': '"abc"' }, 'not-modified'],
  ])('%j: %s', (headers, expected) => {
    expect(checkPreconditions(headers as Record<string, string>, validators)).toBe(expected);
  });
});

describe('keepsRange', () => {
  it.each([
    [undefined, true],
    ['"abc"', true],
    [AT, true],
    ['W/"abc"', false],
    ['"x"', false],
    [EARLIER, false],
    [LATER, false],
    ['nonsense', false],
  ])('%s: %s', (condition, expected) => {
    expect(keepsRange(condition === undefined ? {} : { 'if-range': condition }, validators)).toBe(expected);
  });
});
