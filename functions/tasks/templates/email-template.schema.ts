import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import { bytesField, textField } from '#shared/http/request-fields.ts';

const SLUG = /^[a-z0-9_-]*$/;
const CONTROL_CHARACTER = /\p{Cc}/u;

/** The fields of a template in a request, each required. */
export const emailTemplateFields = {
  slug: z
    .string()
    .min(1)
    .max(100)
    .regex(SLUG, 'must contain only lower-case letters, digits, _ and -')
    .meta({ example: 'weekly_news' }),
  subject_template: textField(1, 255)
    .refine((text) => !CONTROL_CHARACTER.test(text), {
      error: 'must not contain control characters',
      params: { code: 'invalid_format' },
    })
    .meta({
      description: 'May contain placeholders `{{1}}` to `{{99}}`.',
      override: { type: 'string', minLength: 1, maxLength: 255 },
      example: 'News for {{1}}',
    }),
  body_template: bytesField(1, 65_535).meta({
    description: 'HTML with placeholders, at most 65,535 bytes. Values are escaped.',
    override: { type: 'string', minLength: 1, maxLength: 65_535 },
    example: '<p>Hi {{1}}</p>',
  }),
  sensitive: z.boolean().meta({
    description: 'Whether the content of its tasks is stored encrypted and shown as `[hidden]`.',
  }),
};

/** A template in a list. */
export const emailTemplateItemSchema = z
  .object({ id: idField(), slug: z.string() })
  .meta({ id: 'EmailTemplateListItem' });

/** A whole template. */
export const emailTemplateSchema = z
  .object({
    id: idField(),
    slug: z.string(),
    subject_template: z.string(),
    body_template: z.string(),
    variables: z
      .array(z.int())
      .meta({ description: 'The distinct placeholder numbers, in ascending order.' }),
    sensitive: z.boolean(),
    built_in: z.boolean().meta({ description: 'Whether the template is part of the product.' }),
    created_at: timestamp(),
    updated_at: timestamp(),
  })
  .meta({ id: 'EmailTemplate' });
