import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { pathId } from '#shared/http/fields.ts';
import { textField } from '#shared/http/request-fields.ts';
import { previewEmailTemplate } from '../email-templates.ts';

const body = z.object({
  variables: z
    .array(textField(0, 10_000))
    .max(99)
    .default([])
    .meta({ description: 'The values of `{{1}}`, `{{2}}`, …, in order.', example: ['Ann'] }),
});

/** POST /admin/email-templates/{id}/preview, admin: a filled template; nothing is stored or sent. */
export const handler = endpoint(
  {
    summary: 'Preview an e-mail template',
    description:
      'Fills in a template without storing or sending anything. Detail codes: `too_few_variables`, `too_large` (a body of more than 1 MiB).',
    guard: 'admin',
    request: { path: z.object({ id: pathId() }), body: { format: 'json', schema: body, optional: true } },
    responses: {
      200: {
        description: 'The subject, the HTML, and the plain text made from it.',
        schema: z.object({ subject: z.string(), html: z.string(), text: z.string() }),
      },
    },
  },
  async ({ path, body }, { db }) => {
    const { subject, html, text } = await previewEmailTemplate(db, path.id, body.variables);
    return { status: 200, body: { subject, html, text } };
  },
);
