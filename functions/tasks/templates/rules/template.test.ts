import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasEnoughVariables, MAXIMUM_BODY_BYTES, render, variablesOf } from './template.ts';

describe('variablesOf', () => {
  test.each([
    ['', '', []],
    ['{{2}}', '{{1}} {{2}} {{10}}', [1, 2, 10]],
    ['{{0}} {{01}} {{100}} {{ 1 }} {{1 }} {1} {{a}} {{-1}}', '{{{99}}}', [99]],
  ])('%j %j', (subject, body, numbers) => {
    expect(variablesOf({ subject, body })).toEqual(numbers);
  });
});

describe('render', () => {
  test('escapes values in the body but not in the subject', () => {
    expect(render({ subject: '{{1}}', body: '<p>{{1}}</p>' }, [`<a href='x'>"&"</a>`])).toEqual({
      kind: 'rendered',
      subject: `<a href='x'>"&"</a>`,
      html: '<p>&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;</p>',
    });
  });

  test('leaves a value that looks like a placeholder as text, and other braces as they are', () => {
    const rendering = render({ subject: '{{1}} {{x}}', body: '{{1}}{{2}} {{ 1 }} {{{2}}}' }, ['{{2}}', 'b']);
    expect(rendering).toMatchObject({ subject: '{{2}} {{x}}', html: '{{2}}b {{ 1 }} {b}' });
  });

  test('does not take $ patterns of a value for its own', () => {
    expect(render({ subject: '{{1}}', body: '{{1}}' }, ["$& $1 $' $$"])).toMatchObject({
      subject: "$& $1 $' $$",
    });
  });

  test('removes control characters from the finished subject', () => {
    const rendering = render({ subject: 'a{{1}}b', body: '' }, ['\r\nBcc: eve@example.com\u0000\u0085\t']);
    expect(rendering).toMatchObject({ subject: 'aBcc: eve@example.comb' });
  });

  test('an unknown variable refuses, a surplus or empty one does not', () => {
    const template = { subject: '', body: '{{2}}' };
    expect(render(template, ['a'])).toMatchObject({ kind: 'refused', code: 'variable_missing' });
    expect(render(template, ['a', '', 'c'])).toMatchObject({ kind: 'rendered', html: '' });
  });

  test('a body of just the largest size passes, one byte more does not', () => {
    const rest = MAXIMUM_BODY_BYTES - 3;
    expect(render({ subject: '', body: '{{1}}' }, [`あ${'x'.repeat(rest)}`])).toMatchObject({
      kind: 'rendered',
    });
    expect(render({ subject: '', body: '{{1}}x' }, [`あ${'x'.repeat(rest)}`])).toMatchObject({
      kind: 'refused',
      code: 'too_large',
    });
  });

  test('a body that would need gigabytes is refused without being built', () => {
    const body = '{{1}}'.repeat(13_000);
    const startedAt = performance.now();
    expect(render({ subject: '', body }, ['"'.repeat(10_000)])).toMatchObject({ code: 'too_large' });
    expect(performance.now() - startedAt).toBeLessThan(500);
  });

  test('is refused for a missing variable exactly when there are not enough', () => {
    const text = fc
      .array(fc.constantFrom('{{1}}', '{{2}}', '{{9}}', '{{', '}}', 'x'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, fc.array(fc.string(), { maxLength: 10 }), (subject, body, values) => {
        const enough = hasEnoughVariables({ subject, body }, values.length);
        expect(render({ subject, body }, values).kind).toBe(enough ? 'rendered' : 'refused');
      }),
    );
  });

  test('no value brings markup into the body or a line into the subject', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const rendering = render({ subject: '{{1}}', body: '{{1}}' }, [value]);
        if (rendering.kind === 'refused') throw new Error('refused');
        expect(rendering.html).not.toMatch(/[<>"']/);
        expect(rendering.subject).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
