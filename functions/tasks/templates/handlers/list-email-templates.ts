import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { textField } from '#shared/http/request-fields.ts';
import { emailTemplateItemSchema } from '../email-template.schema.ts';
import { listEmailTemplates } from '../email-templates.ts';

/** GET /admin/email-templates, admin: all templates by slug. */
export const handler = endpoint(
  {
    summary: 'List e-mail templates',
    guard: 'admin',
    request: {
      query: z.object({
        ...pagingQuery(20),
        search: textField(1, 100).optional().meta({ description: 'Part of the slug.' }),
      }),
    },
    responses: {
      200: {
        description: 'The templates, ordered by slug.',
        schema: listOf(emailTemplateItemSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, { db, request }) => {
    const { items, total } = await listEmailTemplates(db, query, query.search);
    return { status: 200, body: items, headers: pagingHeaders(request, query, total) };
  },
);
