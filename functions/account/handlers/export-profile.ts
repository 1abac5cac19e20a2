import { z } from 'zod';
import { accountExportFields, clientOf } from '#functions/auth/index.ts';
import { callerClaims } from '#shared/http/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { timestamp } from '#shared/http/fields.ts';
import { EXPORTED_DOMAINS, exportProfile } from '../export.ts';

const domains = () =>
  Object.fromEntries(EXPORTED_DOMAINS.map((domain) => [domain, z.record(z.string(), z.unknown())])) as Record<
    (typeof EXPORTED_DOMAINS)[number],
    z.ZodRecord<z.ZodString, z.ZodUnknown>
  >;

/** GET /profile/export, any signed-in account: everything that is kept about it, as a file; records the event. */
export const handler = endpoint(
  {
    summary: 'Export everything about the own account',
    description: 'Without secrets and hashes. The last five keys are `{}` where a domain keeps nothing.',
    guard: 'user',
    responses: {
      200: {
        description: 'The export.',
        headers: { 'content-disposition': 'An attachment with the account and the day in its name.' },
        schema: z.object({
          version: z.literal(1),
          exportedAt: timestamp(),
          ...accountExportFields(),
          ...domains(),
        }),
      },
    },
  },
  async (_input, context) => {
    const { userId, sessionId } = callerClaims(context.caller);
    const body = await exportProfile(context, { userId, sessionId, client: clientOf(context) });
    const day = body.exportedAt.slice(0, 10).replaceAll('-', '');
    const filename = `japanesestudent-${userId}-${day}.json`;
    return {
      status: 200,
      headers: { 'content-disposition': `attachment; filename="${filename}"` },
      body,
    };
  },
);
