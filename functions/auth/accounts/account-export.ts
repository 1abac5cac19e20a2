import { z } from 'zod';
import type { Transaction } from '#shared/database/database.ts';
import { violatedConstraint } from '#shared/database/errors.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { TransactionContext } from '#shared/host/context.ts';
import { timestamp } from '#shared/http/fields.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { settingsSchema } from '../settings/settings.schema.ts';
import { readSettings } from '../settings/settings.ts';
import { profileSchema, toProfileBody } from './account.schema.ts';
import { getOwnAccount } from './accounts.ts';
import {
  listEventsOfUser,
  listLinksOfUser,
  listNetworksOfUser,
  listSessionsOfUser,
} from './queries/personal-data.ts';

const time = (at: Date | null): string | undefined => at?.toISOString();

/** Drops what is undefined, so that an absent value is an absent key. */
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

const exportedSessionSchema = z
  .object({
    id: z.int().min(1),
    createdAt: timestamp(),
    lastUsedAt: timestamp(),
    expiresAt: timestamp(),
    endedAt: timestamp().optional(),
    endReason: z.string().optional(),
    userAgent: z.string().optional(),
    network: z.string(),
    current: z.boolean(),
  })
  .meta({ id: 'ExportedSession' });

const exportedLinkSchema = z
  .object({
    purpose: z.enum(['verify', 'change_email', 'reset']),
    email: z.string(),
    createdAt: timestamp(),
    expiresAt: timestamp(),
    usedAt: timestamp().optional(),
    spentAt: timestamp().optional(),
  })
  .meta({ id: 'ExportedLink' });

const exportedEventSchema = z
  .object({
    kind: z.string(),
    network: z.string().optional(),
    userAgent: z.string().optional(),
    createdAt: timestamp(),
  })
  .meta({ id: 'ExportedEvent' });

const exportedNetworkSchema = z
  .object({ network: z.string(), lastLoginAt: timestamp() })
  .meta({ id: 'ExportedNetwork' });

/** What accounts put into the export of a profile. */
export const accountExportFields = () => ({
  account: profileSchema,
  settings: settingsSchema,
  sessions: z.array(exportedSessionSchema),
  links: z.array(exportedLinkSchema),
  networks: z.array(exportedNetworkSchema),
  events: z.array(exportedEventSchema),
});

/**
 * Everything that this domain keeps about a user, without secrets and hashes.
 * @throws AppError `invalid_token` when the account is gone or disabled
 */
export const exportAccount = async (
  db: Transaction,
  context: TransactionContext,
  { userId, sessionId: currentSessionId }: { readonly userId: number; readonly sessionId: number },
) => {
  const account = await getOwnAccount({ db }, userId);
  const sessions = await listSessionsOfUser(db, userId);
  const links = await listLinksOfUser(db, userId);
  const networks = await listNetworksOfUser(db, userId);
  const events = await listEventsOfUser(db, userId);
  return {
    account: toProfileBody(account, context),
    settings: await readSettings(db, userId),
    sessions: sessions.map((session) =>
      present({
        id: session.id,
        createdAt: session.created_at.toISOString(),
        lastUsedAt: session.last_used_at.toISOString(),
        expiresAt: session.refresh_expires_at.toISOString(),
        endedAt: time(session.ended_at),
        endReason: session.end_reason ?? undefined,
        userAgent: session.user_agent ?? undefined,
        network: session.network,
        current: session.id === currentSessionId,
      }),
    ),
    links: links.map((link) =>
      present({
        purpose: link.purpose,
        email: link.email,
        createdAt: link.created_at.toISOString(),
        expiresAt: link.expires_at.toISOString(),
        usedAt: time(link.used_at),
        spentAt: time(link.spent_at),
      }),
    ),
    networks: networks.map(({ network, last_login_at }) => ({
      network,
      lastLoginAt: last_login_at.toISOString(),
    })),
    events: events.map((event) =>
      present({
        kind: event.kind,
        // Where an admin called from is nothing that is stored about this user.
        network: (!event.by_another && event.network) || undefined,
        userAgent: (!event.by_another && event.user_agent) || undefined,
        createdAt: event.created_at.toISOString(),
      }),
    ),
  };
};

/**
 * Records that the user has exported everything, as the last step of it.
 * @throws AppError `invalid_token` when the account was erased meanwhile
 */
export const recordExport = async (
  transaction: Transaction,
  { now }: Pick<TransactionContext, 'now'>,
  { userId, client }: { readonly userId: number; readonly client: Client },
): Promise<void> => {
  try {
    await recordEvents(transaction, [{ kind: 'export', userId, client }], now());
  } catch (error) {
    if (violatedConstraint(error) !== 'fk_auth_events_user') throw error;
    throw new AppError('invalid_token');
  }
};
