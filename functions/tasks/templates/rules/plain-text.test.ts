import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPlainText } from './plain-text.ts';

test.each([
  ['<p>Hi Ann</p>', 'Hi Ann'],
  ['<p>One</p><p>Two</p>', 'One\nTwo'],
  ['<p>One</p>\n\n  <p>Two</p>', 'One\nTwo'],
  ['One<br>Two<br/><br/><br/>Three', 'One\nTwo\n\nThree'],
  ['<div><p>One</p></div><p>Two</p>', 'One\n\nTwo'],
  ['<p>One<p>Two', 'One\nTwo'],
  ['Intro<ul><li>a</li><li>b</li></ul>End', 'Intro\na\nb\n\nEnd'],
  ['<h1>T</h1><table><tr><td>a</td> <td>b</td></tr><tr><td>c</td></tr></table>', 'T\na b\nc'],
  ['a  b\t\tc\n\nd&nbsp; e', 'a b c d e'],
  ['&lt;b&gt; &amp;amp; &#39;x&#x27; &eacute;', "<b> &amp; 'x' é"],
  ['<a href="https://example.com/?a=1&amp;b=2">here</a>.', 'here (https://example.com/?a=1&b=2).'],
  ['<a href="https://x.jp/"> https://x.jp/ </a>', 'https://x.jp/'],
  ['<a href="https://x.jp/"><img src="i.png"></a>', 'https://x.jp/'],
  ['<a href="https://x.jp/"><b>bold</b> text</a>', 'bold text (https://x.jp/)'],
  ['<a>no address</a>', 'no address'],
  ['<b>a</b><i>b</i>', 'ab'],
  ['<!-- no --><!DOCTYPE html><style>p{}</style><script>1<2</script>x', 'x'],
  ['<html><head><title>T</title><meta></head><body>x</body></html>', 'x'],
  ['<head><title>never closed</title><body>x', 'x'],
  ['<header>a</header><p>b</p>', 'a\nb'],
  ['<a href="o">outer <a href="i">inner</a> rest</a>', 'outer (o)inner (i) rest'],
  ['<a href="h">never closed', 'never closed (h)'],
  ['<a HREF="h" href="other">x</A>', 'x (h)'],
  ['a</br>b', 'a\nb'],
  ['<ul><li>a<li>b</ul>c', 'a\nb\n\nc'],
  ['', ''],
])('%j', (html, text) => {
  expect(toPlainText(html)).toBe(text);
});

test('an escaped value comes out as it was, blanks collapsed', () => {
  const escaped = (text: string) => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(toPlainText(`<p>${escaped(text)}</p>`)).toBe(text.replace(/\s+/g, ' ').trim());
    }),
  );
});

test('any HTML gives tidy text in time that grows with its length alone', () => {
  const piece = fc.constantFrom(
    '<p>',
    '</p>',
    '<div>',
    '<a href="h">',
    '</a>',
    '<br>',
    ' ',
    'x',
    '<head>',
    '</head>',
    '&amp;',
    '<',
    '>',
    '<!--',
    '-->',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      expect(toPlainText(pieces.join(''))).not.toMatch(/\n{3}| {2}|^\s|\s$| \n|\n /);
    }),
  );
});

// A template has at most 65,535 bytes, and values bring escaped text alone.
test.each([
  ['<div> ', 65_535],
  ['<a href=h>', 65_535],
  ['<p>x', 65_535],
  ['<head>', 65_535],
  ['<br>', 65_535],
  ['<b>', 65_535],
  ['<svg>', 65_535],
  ['<a href=x>y</a>', 65_535],
  ['&', 1_048_576],
  ['&lt', 1_048_576],
  [' \n', 1_048_576],
  ['x&lt;', 1_048_576],
])('takes no time over %j in %i bytes', (piece, bytes) => {
  const startedAt = performance.now();
  toPlainText(piece.repeat(Math.floor(bytes / piece.length)));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test.each([
  ['nested links', '<a href=h>x '.repeat(2_500) + '</a>'.repeat(7_500)],
  ['ends of elements that are not open', '<ul>'.repeat(8_000) + '</ol>'.repeat(6_500)],
  ['ends of elements that are deep inside', '<b><i>'.repeat(5_000) + '</b></i>'.repeat(4_000)],
])('takes no time over %s', (_name, html) => {
  const startedAt = performance.now();
  toPlainText(html);
  expect(performance.now() - startedAt).toBeLessThan(250);
});
