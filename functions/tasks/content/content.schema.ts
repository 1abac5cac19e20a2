import { z } from 'zod';
import { contentFault } from './rules/content.ts';

/** A task's content in a request: `recipient;var1;var2;…`. */
export const contentField = () =>
  z
    .string()
    .superRefine((text, context) => {
      const fault = contentFault(text);
      if (fault) context.addIssue({ code: 'custom', message: fault.message, params: { code: fault.code } });
    })
    .meta({
      description:
        '`recipient;var1;var2;…`: `\\;` is a semicolon, `\\\\` a backslash; each part is trimmed. Surplus variables are ignored.',
      example: 'ann@example.com;https://example.com/verify',
      override: { type: 'string', minLength: 1, maxLength: 10_000 },
    });
