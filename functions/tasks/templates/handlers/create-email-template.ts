import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { emailTemplateFields } from '../email-template.schema.ts';
import { createEmailTemplate } from '../email-templates.ts';

const body = z.object({ ...emailTemplateFields, sensitive: emailTemplateFields.sensitive.default(true) });

/** POST /admin/email-templates, admin. */
export const handler = endpoint(
  {
    summary: 'Create an e-mail template',
    guard: 'admin',
    idempotent: true,
    request: { body: { format: 'json', schema: body } },
    responses: {
      201: {
        description: 'The template has been created.',
        schema: createdSchema,
        headers: { Location: 'Link to the template.' },
      },
    },
    errors: ['slug_taken'],
  },
  async ({ body }, { commit }) => {
    const { slug, subject_template: subject, body_template, sensitive } = body;
    return commit(async (tx) => {
      const id = await createEmailTemplate(tx, { slug, subject, body: body_template, sensitive });
      return {
        status: 201,
        headers: { location: `/api/v6/admin/email-templates/${id}` },
        body: { id, message: 'email template created successfully' },
      };
    });
  },
);
