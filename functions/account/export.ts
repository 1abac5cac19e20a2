import { exportAccount, recordExport } from '#functions/auth/index.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Context } from '#shared/host/context.ts';
import { type DomainExport, loadPersonalData } from '#shared/personal-data.ts';

/** The domains in the export by name, in its order; `{}` for one that keeps nothing. */
export const EXPORTED_DOMAINS = ['kana', 'dictionary', 'courses', 'media', 'tasks'] as const;

type Client = Parameters<typeof recordExport>[2]['client'];

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
export const exportProfile = async (context: Context, { userId, sessionId, client }: Exporter) => {
  const personalData = await loadPersonalData();
  return withTransaction(context.db, async (transaction) => {
    const account = await exportAccount(transaction, context, { userId, sessionId });
    const domains: Partial<Record<(typeof EXPORTED_DOMAINS)[number], DomainExport>> = {};
    for (const domain of EXPORTED_DOMAINS) {
      domains[domain] = (await personalData.get(domain)?.read?.(transaction, context, userId)) ?? {};
    }
    await recordExport(transaction, context, { userId, client });
    return {
      version: 1 as const,
      exportedAt: context.now().toISOString(),
      ...account,
      ...(domains as Required<typeof domains>),
    };
  });
};
