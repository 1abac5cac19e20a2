import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentIssue, formatContent, parseContent } from './content.ts';

describe('parseContent', () => {
  test.each([
    ['ann@example.com', 'ann@example.com', []],
    ['ann@example.com;', 'ann@example.com', ['']],
    [' ann@example.com ; a ;\t;b', 'ann@example.com', ['a', '', 'b']],
    ['a@b.co;one\\;two;three', 'a@b.co', ['one;two', 'three']],
    ['a@b.co;back\\\\slash', 'a@b.co', ['back\\slash']],
    ['a@b.co;\\\\;x', 'a@b.co', ['\\', 'x']],
    ['a@b.co;\\\\\\;x', 'a@b.co', ['\\;x']],
    ['a@b.co;C:\\temp\\', 'a@b.co', ['C:\\temp\\']],
    ['a@b.co;\u3000全角\u3000', 'a@b.co', ['全角']],
    ['', '', []],
  ])('%j', (text, recipient, variables) => {
    expect(parseContent(text)).toEqual({ recipient, variables });
  });

  test('reads back what formatContent wrote, but for white space at the ends', () => {
    const part = fc.string({ unit: fc.constantFrom(';', '\\', ' ', 'a', 'あ', '{', '\n') });
    fc.assert(
      fc.property(part, fc.array(part), (recipient, variables) => {
        const read = parseContent(formatContent({ recipient, variables }));
        expect(read).toEqual({ recipient: recipient.trim(), variables: variables.map((one) => one.trim()) });
      }),
    );
  });

  test('takes any text, in time that grows with its length alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(parseContent(text).recipient).toBe(parseContent(text).recipient.trim());
      }),
    );
    const startedAt = performance.now();
    parseContent(`a@b.co;x${' '.repeat(1_000_000)}x`);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('contentIssue', () => {
  test.each([
    ['', 'too_short'],
    ['no-address;x', 'invalid_recipient'],
    [';ann@example.com', 'invalid_recipient'],
    [`a@b.co;${'x'.repeat(9_994)}`, 'too_long'],
  ])('refuses %.20s', (text, code) => {
    expect(contentIssue(text)).toMatchObject({ code });
  });

  test('counts characters, not UTF-16 units', () => {
    expect(contentIssue(`a@b.co;${'🎌'.repeat(9_993)}`)).toBeUndefined();
  });
});
