import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdBody } from '#shared/http/fields.ts';
import { contentField } from '../../content/content.schema.ts';
import { enqueueBySlug, enqueueTogether } from '../immediate-tasks.ts';

const body = z.object({
  email_slug: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: 'An existing template.', example: 'notify_alphabet' }),
  user_id: z.int().min(0).max(2_147_483_647).default(0).meta({ description: '0 is no user.' }),
  content: contentField(),
});

const created = (id: number) =>
  ({
    status: 201,
    headers: { location: `/api/v6/admin/immediate-tasks/${id}` },
    body: { id, message: 'immediate task created successfully' },
  }) as const;

/** POST /tasks/immediate, service: writes one task that is due now, then hands over its job. */
export const handler = endpoint(
  {
    summary: 'Send a mail now',
    description:
      'Detail codes: `unknown_reference` (no such template), `too_few_variables`, `invalid_recipient`. Two equal calls without `Idempotency-Key` are two mails.',
    guard: 'service',
    idempotent: true,
    request: { body: { format: 'json', schema: body } },
    responses: {
      201: {
        description: 'The task is stored and will be executed.',
        schema: createdBody(),
        headers: { location: 'The task in the administration.' },
      },
    },
  },
  async ({ body }, context) => {
    const { email_slug: slug, user_id: userId, content } = body;
    const order = { slug, userId, content };
    // Without a key there is no answer to store, so requests can share a commit.
    if (!context.isKeyed) return created(await enqueueTogether(context.db, context, order));
    return context.commit(async (tx) => created(await enqueueBySlug(tx, context, order)));
  },
);
