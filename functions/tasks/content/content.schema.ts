import { z } from 'zod';
import { contentIssue } from './rules/content.ts';

/** A task's content in a request: `recipient;var1;var2;…`. */
export const contentField = () =>
  z
    .string()
    .superRefine((text, context) => {
      const issue = contentIssue(text);
      if (issue) context.addIssue({ code: 'custom', message: issue.message, params: { code: issue.code } });
    })
    .meta({
      description:
        '`recipient;var1;var2;…`. Write `\\;` for a semicolon and `\\\\` for a backslash. Parts are trimmed, and extra variables are ignored.',
      example: 'ann@example.com;https://example.com/verify',
      override: { type: 'string', minLength: 1, maxLength: 10_000 },
    });
