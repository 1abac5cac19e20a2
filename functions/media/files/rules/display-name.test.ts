import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachment, displayName } from './display-name.ts';

const ID = '3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.pdf';

describe('displayName', () => {
  it.each([
    ['Lesson 1.pdf', 'Lesson 1'],
    ['/etc/passwd', 'passwd'],
    ['C:\\docs\\plan.final.docx', 'plan.final'],
    ['..\\..\\..hidden', 'hidden'],
    ['...', ''],
    ['.pdf', 'pdf'],
    ['a"b<c>d:e|f?g*h\r\nSet-Cookie: x.pdf', 'a_b_c_d_e_f_g_h__Set-Cookie_ x'],
    ['name.extension1234', 'name.extension1234'],
    ['か\u3099.txt', 'が'],
    ['dir/', ''],
    ['x'.repeat(200), 'x'.repeat(150)],
    ['😀'.repeat(151), '😀'.repeat(150)],
    ['lone\ud800.txt', 'lone\ufffd'],
  ])('%j', (filename, expected) => {
    expect(displayName(filename)).toBe(expected);
  });
});

describe('attachment', () => {
  it('encodes all but attr-char, and falls back to the UUID', () => {
    expect(attachment(ID, "it's (50%) é.doc")).toBe(
      `attachment; filename="${ID}"; filename*=UTF-8''it%27s%20%2850%25%29%20%C3%A9.pdf`,
    );
    expect(attachment(ID, '...')).toBe(`attachment; filename="${ID}"; filename*=UTF-8''${ID}`);
    expect(attachment(ID, undefined)).toContain(ID.slice(0, 36));
  });

  it('is a harmless header whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) =>
        /^attachment; filename="[0-9a-f.-]+pdf"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+$/.test(
          attachment(ID, name),
        ),
      ),
      { numRuns: 1_000 },
    );
  });
});
