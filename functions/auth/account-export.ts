import { z } from 'zod';
import { violatedConstraint } from '#shared/database/errors.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import { timestamp } from '#shared/http/fields.ts';
import { profileBody, toProfileBody } from './account-bodies.ts';
import { getOwnAccount } from './accounts.ts';
import { recordEvents } from './queries/events.ts';
import {
  listEventsOfUser,
  listLinksOfUser,
  listNetworksOfUser,
  listSessionsOfUser,
} from './queries/personal-data.ts';
import type { Client } from './rules/client.ts';
import { readSettings } from './settings.ts';
import { settingsBody } from './settings-fields.ts';

const time = (at: Date | null): string | undefined => at?.toISOString();

/** Drops what is undefined, so that an absent value is an absent key. */
const present = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;

/** What accounts put into the export of a profile. */
export const accountExportFields = () => ({
  account: profileBody(),
  settings: settingsBody(),
  sessions: z.array(
    z.object({
      id: z.int().min(1),
      createdAt: timestamp(),
      lastUsedAt: timestamp(),
      expiresAt: timestamp(),
      endedAt: timestamp().optional(),
      endReason: z.string().optional(),
      userAgent: z.string().optional(),
      network: z.string(),
      current: z.boolean(),
    }),
  ),
  links: z.array(
    z.object({
      purpose: z.enum(['verify', 'change_email', 'reset']),
      email: z.string(),
      createdAt: timestamp(),
      expiresAt: timestamp(),
      usedAt: timestamp().optional(),
      spentAt: timestamp().optional(),
    }),
  ),
  networks: z.array(z.object({ network: z.string(), lastLoginAt: timestamp() })),
  events: z.array(
    z.object({
      kind: z.string(),
      network: z.string().optional(),
      userAgent: z.string().optional(),
      createdAt: timestamp(),
    }),
  ),
});

/**
 * Everything that this domain keeps about a user, without secrets and hashes.
 * @throws AppError `invalid_token` when the account is gone or disabled
 */
export const exportAccount = async (context: Context, userId: number, currentSessionId: number) => {
  const { db } = context;
  const account = await getOwnAccount(context, userId);
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
export const recordExport = async (context: Context, userId: number, client: Client): Promise<void> => {
  try {
    await recordEvents(context.db, [{ kind: 'export', userId, client }], context.now());
  } catch (error) {
    if (violatedConstraint(error) !== 'fk_auth_events_user') throw error;
    throw new AppError('invalid_token');
  }
};
