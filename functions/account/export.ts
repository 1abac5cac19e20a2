import { exportAccount, recordExport } from '#functions/auth/index.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import { type DomainExport, type DomainKey, personalData } from './personal-data.ts';

type Client = Parameters<typeof recordExport>[2];

/** Who exports, in which session and from where. */
export interface Exporter {
  readonly userId: number;
  readonly sessionId: number;
  readonly client: Client;
}

/**
 * Everything that is kept about a user, in the form of auth.md, "Export", and the event that it was asked for.
 * @throws AppError `invalid_token` when the account is gone or disabled
 */
export const exportProfile = (context: Context, { userId, sessionId, client }: Exporter) =>
  withTransaction(context.db, async (transaction) => {
    const inside = { ...context, db: transaction };
    const account = await exportAccount(inside, userId, sessionId);
    const domains: Partial<Record<DomainKey, DomainExport>> = {};
    for (const [key, { read }] of personalData()) domains[key] = (await read?.(inside, userId)) ?? {};
    await recordExport(inside, userId, client);
    return {
      version: 1 as const,
      exportedAt: context.now().toISOString(),
      ...account,
      ...(domains as Record<DomainKey, DomainExport>),
    };
  });
