import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { createdSchema } from '#shared/http/fields.ts';
import { contentField } from '../../content/content.schema.ts';
import { enqueueBySlug, enqueueTogether } from '../immediate-tasks.ts';

const body = z.object({
  email_slug: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: 'The slug of an existing template.', example: 'notify_alphabet' }),
  user_id: z
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(0)
    .meta({ description: 'The user whom the task belongs to; 0 for none.' }),
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
    summary: 'Send an e-mail now',
    description:
      'Detail codes: `unknown_reference` (no such template), `too_few_variables`, `invalid_recipient`. Without `Idempotency-Key`, two identical calls send two e-mails.',
    guard: 'service',
    idempotent: true,
    request: { body: { format: 'json', schema: body } },
    responses: {
      201: {
        description: 'The task has been stored and will be carried out.',
        schema: createdSchema,
        headers: { Location: 'Link to the task.' },
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
