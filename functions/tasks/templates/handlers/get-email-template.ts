import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { emailTemplateSchema } from '../email-template.schema.ts';
import { getEmailTemplate } from '../email-templates.ts';

/** GET /admin/email-templates/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Get an e-mail template',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 200: { description: 'The template.', schema: emailTemplateSchema } },
  },
  async ({ path }, { db }) => {
    const { id, slug, subject, body, variables, sensitive, builtIn, createdAt, updatedAt } =
      await getEmailTemplate(db, path.id);
    return {
      status: 200,
      body: {
        id,
        slug,
        subject_template: subject,
        body_template: body,
        variables,
        sensitive,
        built_in: builtIn,
        created_at: createdAt.toISOString(),
        updated_at: updatedAt.toISOString(),
      },
    };
  },
);
