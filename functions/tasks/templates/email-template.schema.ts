import { z } from 'zod';
import { bytesField, textField } from '#shared/http/request-fields.ts';

const SLUG = /^[a-z0-9_-]*$/;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** The fields of a template in a request, each required. */
export const emailTemplateFields = {
  slug: z
    .string()
    .min(1)
    .max(100)
    .regex(SLUG, 'must be lower-case letters, digits, _ and -')
    .meta({ example: 'weekly_news' }),
  subject_template: textField(1, 255)
    .refine((text) => !CONTROL_CHARACTER.test(text), {
      error: 'must hold no control characters',
      params: { code: 'invalid_format' },
    })
    .meta({
      description: 'With placeholders `{{1}}` to `{{99}}`.',
      override: { type: 'string', minLength: 1, maxLength: 255 },
      example: 'News for {{1}}',
    }),
  body_template: bytesField(1, 65_535).meta({
    description: 'HTML with placeholders, at most 65,535 bytes; values are escaped.',
    override: { type: 'string', minLength: 1, maxLength: 65_535 },
    example: '<p>Hi {{1}}</p>',
  }),
  sensitive: z.boolean().meta({
    description: 'Whether contents of its tasks are stored encrypted and shown as `[hidden]`.',
  }),
};
