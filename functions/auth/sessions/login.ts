import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context } from '#shared/host/context.ts';
import {
  type Account,
  findLoginAccount,
  type LoginName,
  lockAccount,
  storePasswordHash,
} from '../accounts/queries/accounts.ts';
import { normalizeEmail } from '../accounts/rules/email.ts';
import { usernameKey } from '../accounts/rules/username.ts';
import { recordEvents, recordRefusal } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import { accountSubject, MAXIMUM_JUDGEMENTS, reserveLogin } from '../limits/login-throttle.ts';
import type { IssuedTokens } from './auth-mode.ts';
import { issueTokens, type OpenSession, openSession } from './sessions.ts';

/** What a person types to sign in. */
export interface Credentials {
  readonly login: string;
  readonly password: string;
}

/** A successful login. */
export interface LoggedIn {
  readonly account: Account;
  readonly tokens: IssuedTokens;
}

type Found = Awaited<ReturnType<typeof findLoginAccount>>;

type Judgement =
  | { readonly kind: 'refused' }
  | { readonly kind: 'unverified' }
  | {
      readonly kind: 'welcome';
      readonly account: Account;
      readonly session: OpenSession;
      readonly at: Date;
    };

const loginName = (login: string): LoginName =>
  login.includes('@') ? { email: normalizeEmail(login) } : { usernameKey: usernameKey(login) };

const accountText = (found: Found, name: LoginName): string => {
  if (found) return accountSubject(found.account.id);
  return 'email' in name ? `email:${name.email}` : `username:${name.usernameKey}`;
};

/**
 * Signs in with a password and opens a session. Unknown account, wrong password and disabled account are one
 * answer at one cost (auth.md R6).
 * @throws AppError `rate_limited`, `invalid_credentials`, `email_not_verified`
 */
export const logIn = async (
  context: Context,
  credentials: Credentials,
  client: Client,
): Promise<LoggedIn> => {
  const name = loginName(credentials.login);
  const found = await findLoginAccount(context.db, name, client.network);
  const userId = found?.account.id;
  const attempt = await reserveLogin(context, {
    account: accountText(found, name),
    userId,
    client,
    networkUsedAt: found?.networkUsedAt,
  });
  const judgement = await judge(context, name, credentials.password, client, found).catch(
    async (error: unknown) => {
      await attempt.settle('release');
      throw error;
    },
  );
  if (judgement.kind === 'refused') {
    await attempt.settle('failure');
    await recordRefusal(context.db, { kind: 'login_failed', userId, client }, context.now());
    throw new AppError('invalid_credentials');
  }
  if (judgement.kind === 'unverified') {
    await attempt.settle('release');
    throw new AppError('email_not_verified');
  }
  const { account, session, at } = judgement;
  const tokens = await issueTokens(context.config, session, at);
  await attempt.settle('success');
  attempt.tellCaller();
  return { account, tokens };
};

const judge = async (
  context: Context,
  name: LoginName,
  password: string,
  client: Client,
  first: Found,
): Promise<Judgement> => {
  let found = first;
  for (let judgements = 0; judgements < MAXIMUM_JUDGEMENTS; judgements++) {
    const right = await context.passwords.check(password, found?.account.passwordHash, context.signal);
    if (!found || !right || found.account.state === 'disabled') return { kind: 'refused' };
    const judgement = await welcome(context, found.account, password, client);
    if (judgement) return judgement;
    found = await findLoginAccount(context.db, name, client.network);
  }
  throw new AppError('unavailable');
};

/** Opens the session under the account's lock; undefined when the account is not what was judged (R15). */
const welcome = async (
  context: Context,
  judged: Account,
  password: string,
  client: Client,
): Promise<Judgement | undefined> => {
  const { config, db, passwords, signal } = context;
  const fresh = passwords.isOutdated(judged.passwordHash)
    ? await passwords.hash(password, signal)
    : undefined;
  const at = context.now();
  return withTransaction(db, async (transaction): Promise<Judgement | undefined> => {
    const account = await lockAccount(transaction, judged.id);
    if (account?.passwordHash !== judged.passwordHash || account.state !== judged.state) return undefined;
    if (fresh !== undefined) await storePasswordHash(transaction, account.id, fresh, at);
    if (account.state === 'unverified') return { kind: 'unverified' };
    const session = await openSession(transaction, config, account, client, at);
    await recordEvents(transaction, [{ kind: 'login_ok', userId: account.id, client }], at);
    return { kind: 'welcome', account, session, at };
  });
};
