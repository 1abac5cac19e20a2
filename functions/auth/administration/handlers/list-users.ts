import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { textField } from '#shared/http/request-fields.ts';
import { toUserItem, userSchema } from '../user.schema.ts';
import { listUsers } from '../users.ts';

const roleInQuery = z
  .enum(['1', '2', '3'])
  .transform((role) => Number(role) as 1 | 2 | 3)
  .meta({ override: { type: 'integer', enum: [1, 2, 3] } });

const flagInQuery = z
  .enum(['true', 'false'])
  .transform((flag) => flag === 'true')
  .meta({ override: { type: 'boolean', enum: [true, false] } });

const query = z.object({
  ...pagingQuery(20),
  role: roleInQuery.optional(),
  active: flagInQuery.optional(),
  search: textField(0, 100)
    .optional()
    .meta({ description: 'Part of the e-mail address or the username, ignoring case.' }),
});

/** GET /admin/users, admin: accounts by address. */
export const handler = endpoint(
  {
    summary: 'List accounts',
    guard: 'admin',
    request: { query },
    responses: {
      200: {
        description: 'The accounts, ordered by e-mail address.',
        schema: listOf(userSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, context) => {
    const { items, total } = await listUsers(context, query, query);
    const body = items.map((account) => toUserItem(account, context));
    return { status: 200, body, headers: pagingHeaders(context.request, query, total) };
  },
);
