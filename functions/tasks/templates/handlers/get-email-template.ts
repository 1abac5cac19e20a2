import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { idField, pathId, timestamp } from '#shared/http/fields.ts';
import { getEmailTemplate } from '../email-templates.ts';

const template = z.object({
  id: idField(),
  slug: z.string(),
  subject_template: z.string(),
  body_template: z.string(),
  variables: z.array(z.int()).meta({ description: 'The distinct numbers of its placeholders, ascending.' }),
  sensitive: z.boolean(),
  built_in: z.boolean(),
  created_at: timestamp(),
  updated_at: timestamp(),
});

/** GET /admin/email-templates/{id}, admin. */
export const handler = endpoint(
  {
    summary: 'Show an e-mail template',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }) },
    responses: { 200: { description: 'The template.', schema: template } },
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
