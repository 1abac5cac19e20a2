import { z } from 'zod';
import { callerId } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { listOf, PAGING_HEADER_NAMES, pagingHeaders, pagingQuery } from '#shared/http/paging.ts';
import { listOwnSessions } from '../own-sessions.ts';

const sessionSchema = z
  .object({
    id: idField(),
    createdAt: timestamp(),
    lastUsedAt: timestamp(),
    expiresAt: timestamp().meta({ description: 'When the session ends unless it is refreshed.' }),
    userAgent: z.string().optional(),
    network: z.string().meta({ example: '203.0.113.0/24' }),
    current: z.boolean().meta({ description: 'Whether this request belongs to it.' }),
  })
  .meta({ id: 'Session' });

/** GET /profile/sessions, any signed-in account: your own live sessions, the most recently used first. */
export const handler = endpoint(
  {
    summary: 'List your sessions',
    guard: 'user',
    request: { query: z.object(pagingQuery(20)) },
    responses: {
      200: {
        description: 'Your open sessions, most recently used first.',
        schema: listOf(sessionSchema),
        headers: PAGING_HEADER_NAMES,
      },
    },
  },
  async ({ query }, context) => {
    const { caller, request } = context;
    const { items, total } = await listOwnSessions(context, callerId(caller), query);
    const body = items.map(({ userAgent, ...session }) => ({
      id: session.id,
      createdAt: session.createdAt.toISOString(),
      lastUsedAt: session.lastUsedAt.toISOString(),
      expiresAt: session.expiresAt.toISOString(),
      ...(userAgent === undefined ? {} : { userAgent }),
      network: session.network,
      current: caller.kind === 'user' && caller.sessionId === session.id,
    }));
    return { status: 200, body, headers: pagingHeaders(request, query, total) };
  },
);
