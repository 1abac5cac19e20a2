import { expect, test } from 'vitest';
import { lookAlike } from './look-alikes.ts';

test.each([
  ['は', 'ば', true], // same base
  ['ば', 'ぱ', true],
  ['か', 'が', true],
  ['ざ', 'ぢ', true], // same sign, さ and ち in one group
  ['さ', 'ち', true],
  ['さ', 'ぢ', false], // other base, other sign
  ['ば', 'ぽ', false], // は and ほ share a group, but the signs differ
  ['ぬ', 'め', true],
  ['シ', 'ツ', true],
  ['ジ', 'ヅ', true],
  ['シ', 'ヅ', false],
  ['ソ', 'ン', true],
  ['リ', 'シ', false],
  ['お', 'を', false],
  ['を', 'と', true],
  ['きゃ', 'きゅ', true], // same first kana
  ['きゃ', 'ぎゃ', true], // same second kana, same base
  ['きゃ', 'ちゃ', true], // same second kana, き and ち in one group
  ['きゃ', 'ちゅ', false],
  ['ぎゃ', 'じゃ', false], // き and し share no group
  ['ぎゃ', 'きゅ', false],
  ['にゃ', 'りゃ', true],
  ['キャ', 'チャ', true],
  ['き', 'きゃ', false], // one kana never looks like two
  ['ヘ', 'ヘ', true],
])('%s and %s: %s', (a, b, expected) => {
  expect(lookAlike(a, b)).toBe(expected);
  expect(lookAlike(b, a)).toBe(expected);
});
