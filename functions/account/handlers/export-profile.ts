import { z } from 'zod';
import { accountExportFields, clientOf } from '#functions/auth/index.ts';
import { callerClaims } from '#shared/http/caller/caller.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { timestamp } from '#shared/http/fields.ts';
import { EXPORTED_DOMAINS, exportProfile } from '../export.ts';

const domains = () =>
  Object.fromEntries(EXPORTED_DOMAINS.map((domain) => [domain, z.record(z.string(), z.unknown())])) as Record<
    (typeof EXPORTED_DOMAINS)[number],
    z.ZodRecord<z.ZodString, z.ZodUnknown>
  >;

const profileExportSchema = z
  .object({
    version: z.literal(1),
    exportedAt: timestamp(),
    ...accountExportFields(),
    ...domains(),
  })
  .meta({ id: 'ProfileExport' });

/** GET /profile/export, any signed-in account: everything that is kept about it, as a file; records the event. */
export const handler = endpoint(
  {
    summary: 'Export your data',
    description:
      'Everything that is stored about you, except for secrets and hashes. `kana`, `dictionary`, `courses`, `media` and `tasks` are `{}` where nothing is stored.',
    guard: 'user',
    responses: {
      200: {
        description: 'The export.',
        headers: { 'Content-Disposition': '`attachment`, with the account and the day in the file name.' },
        schema: profileExportSchema,
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
