import { describe, expect, test } from 'vitest';
import { effectIssues, textIssues } from './task-issues.ts';

describe('the texts of a task', () => {
  test.each([
    [{}, []],
    [{ url: 'u'.repeat(500), cron: 'c'.repeat(100), timezone: '𝒵'.repeat(64), content: '' }, []],
    [{ url: 'u'.repeat(501) }, [['url', 'too_long']]],
    [{ cron: 'c'.repeat(101) }, [['cron', 'too_long']]],
    [{ timezone: 'z'.repeat(65) }, [['timezone', 'too_long']]],
    [{ content: 'ann' }, [['content', 'invalid_recipient']]],
    [{ content: `ann@example.com;${'x'.repeat(10_000)}` }, [['content', 'too_long']]],
    [
      { url: 'u'.repeat(501), content: 'ann' },
      [
        ['url', 'too_long'],
        ['content', 'invalid_recipient'],
      ],
    ],
  ])('%o', (texts, expected) => {
    expect(textIssues(texts).map(({ field, code }) => [field, code])).toEqual(expected);
  });
});

describe('the effect of a task', () => {
  test.each([
    [{ url: 'https://example.org' }, []],
    [{ email_slug: 'a', content: 'ann@example.com' }, []],
    [{ email_slug: 'a' }, ['content']],
    [{ email_slug: '', url: '' }, ['email_slug', 'url']],
    [{ content: 'ann@example.com' }, ['email_slug', 'url']],
  ])('%o lacks %j', (fields, expected) => {
    expect(effectIssues('email_slug', fields).map(({ field }) => field)).toEqual(expected);
  });
});
