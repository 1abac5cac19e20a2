import { z } from 'zod';
import { acting } from '#shared/http/caller/acting.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { patchBody } from '#shared/http/request-fields.ts';
import { emailTemplateFields } from '../email-template.schema.ts';
import { updateEmailTemplate } from '../email-templates.ts';

const body = patchBody({
  slug: emailTemplateFields.slug.optional(),
  subject_template: emailTemplateFields.subject_template.optional(),
  body_template: emailTemplateFields.body_template.optional(),
  sensitive: emailTemplateFields.sensitive.optional(),
});

/** PATCH /admin/email-templates/{id}, admin: also of the product's own templates, but for their slugs. */
export const handler = endpoint(
  {
    summary: 'Change an e-mail template',
    description: 'The slug of a template that is part of the product cannot be changed.',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }), body: { format: 'json', schema: body } },
    responses: { 204: { description: 'The changes have been stored.' } },
    errors: ['slug_taken', 'template_built_in'],
  },
  async ({ path, body }, context) => {
    const { slug, subject_template, body_template, sensitive } = body;
    const fields = {
      ...(slug === undefined ? {} : { slug }),
      ...(subject_template === undefined ? {} : { subject: subject_template }),
      ...(body_template === undefined ? {} : { body: body_template }),
      ...(sensitive === undefined ? {} : { sensitive }),
    };
    await acting(context, (transaction) => updateEmailTemplate(transaction, path.id, fields));
    return { status: 204 };
  },
);
