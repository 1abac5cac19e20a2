import { markEnded } from '#shared/auth/revocation.ts';
import type { Config } from '#shared/config/config.ts';
import type { Database, Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import type { Resources } from '#shared/host/resources.ts';
import { createLog } from '#shared/log/log.ts';
import { openRedis } from '#shared/redis/redis.ts';
import { toNfc } from '#shared/text/nfc.ts';
import { findAccountByEmail, lockAccountByEmail, makeAdmin } from '../accounts/queries/accounts.ts';
import { isEmail, localPart, normalizeEmail } from '../accounts/rules/email.ts';
import { isCommon, lengthIssue } from '../accounts/rules/password.ts';
import { type EventKind, recordEvents } from '../events/queries/events.ts';
import { spendResetLinks } from '../links/queries/one-time-tokens.ts';
import { endAllSessions } from '../sessions/queries/sessions.ts';
import { insertSeeded } from './insert-seeded.ts';
import { usernameFrom } from './seeded-username.ts';

interface Wanted {
  readonly email: string;
  readonly password: string;
}

/** Reads the two variables. @throws naming the variable at fault, never its value */
const wantedAdmin = (config: Config): Wanted | undefined => {
  const { BOOTSTRAP_ADMIN_EMAIL, BOOTSTRAP_ADMIN_PASSWORD } = config;
  if (!BOOTSTRAP_ADMIN_EMAIL || !BOOTSTRAP_ADMIN_PASSWORD) return undefined;
  const email = normalizeEmail(BOOTSTRAP_ADMIN_EMAIL.trim());
  const password = toNfc(BOOTSTRAP_ADMIN_PASSWORD);
  if (!isEmail(email)) throw new Error('BOOTSTRAP_ADMIN_EMAIL is not an e-mail address');
  const issue = lengthIssue(password) ?? (isCommon(password) ? 'too_common' : undefined);
  if (issue) throw new Error(`BOOTSTRAP_ADMIN_PASSWORD is refused: ${issue}`);
  return { email, password };
};

/** Sees to it that the configured admin exists and is active; one who is keeps the password. */
export const seedFirstAdmin = async (
  db: Database,
  config: Config,
  { passwords, now }: Pick<Resources, 'passwords' | 'now'>,
): Promise<void> => {
  const wanted = wantedAdmin(config);
  if (!wanted) return;
  const { email } = wanted;
  const known = await findAccountByEmail(db, email);
  if (known?.role === 3 && known.state === 'active') return;
  const passwordHash = await passwords.hash(wanted.password);
  const at = now();
  const account = { email, username: usernameFrom(localPart(email)), passwordHash, role: 3 as const };
  if (!known && (await insertSeeded(db, account, at))) return;
  const ending = await withTransaction(db, (transaction) => promote(transaction, email, passwordHash, at));
  if (ending) await mark(config, ending);
};

/** Makes the account with this address an active admin; returns which of its sessions that ended. */
const promote = async (db: Transaction, email: string, passwordHash: string, now: Date) => {
  const account = await lockAccountByEmail(db, email);
  if (!account || (account.role === 3 && account.state === 'active')) return undefined;
  await makeAdmin(db, account.id, passwordHash, now);
  await spendResetLinks(db, account.id, now);
  const kinds: EventKind[] = ['password_set_by_admin'];
  if (account.role !== 3) kinds.push('role_changed');
  if (account.state !== 'active') kinds.push('activated');
  await recordEvents(
    db,
    kinds.map((kind) => ({ kind, userId: account.id })),
    now,
  );
  const highestSessionId = await endAllSessions(db, account.id, 'password_set_by_admin', now);
  return highestSessionId === undefined ? undefined : { userId: account.id, highestSessionId };
};

const mark = async (config: Config, ending: { userId: number; highestSessionId: number }): Promise<void> => {
  const log = createLog(config.LOG_LEVEL);
  const redis = openRedis(config, log);
  await redis.connect().catch(() => undefined);
  await markEnded({ redis, config, log }, ending);
  redis.disconnect();
};
