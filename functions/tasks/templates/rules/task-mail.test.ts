import { expect, test } from 'vitest';
import { composeMail } from './task-mail.ts';

const template = { subject: 'For {{1}}', body: '<p>Hi {{1}}</p>' };

test('composes subject, HTML and text for the recipient', () => {
  expect(composeMail(template, 'ann@example.com;Ann & Bob')).toEqual({
    kind: 'mail',
    mail: {
      to: 'ann@example.com',
      subject: 'For Ann & Bob',
      html: '<p>Hi Ann &amp; Bob</p>',
      text: 'Hi Ann & Bob',
    },
  });
});

test.each([
  ['template_missing', undefined, 'ann@example.com;Ann'],
  ['content_invalid', template, undefined],
  ['content_invalid', template, 'nobody;secret'],
  ['variable_missing', template, 'ann@example.com'],
  ['too_large', { subject: '', body: '{{1}}'.repeat(200) }, `ann@example.com;${'x'.repeat(9_000)}`],
])('%s', (code, given, content) => {
  const composed = composeMail(given, content);
  expect(composed).toMatchObject({ kind: 'impossible', failure: { code } });
  expect(JSON.stringify(composed)).not.toMatch(/secret|xxx/);
});
