import type { Transaction } from '#shared/database/database.ts';
import { withTransaction } from '#shared/database/transaction.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { Context, TransactionContext } from '#shared/host/context.ts';
import {
  type Account,
  adoptPendingEmail,
  confirmEmail,
  dropPendingEmail,
  lockAccount,
} from '../accounts/queries/accounts.ts';
import { recordEvents } from '../events/queries/events.ts';
import type { Client } from '../events/rules/client.ts';
import type { IssuedTokens } from '../sessions/auth-mode.ts';
import { issueTokens, type OpenSession, openSession } from '../sessions/sessions.ts';
import { moveRepeatTask } from '../settings/repeat-task.ts';
import { hashToken } from './opaque-token.ts';
import {
  findVerificationLink,
  spendResetLinks,
  useLink,
  type VerificationLink,
} from './queries/one-time-tokens.ts';
import { verificationOutcome } from './rules/verification-outcome.ts';

type Confirmation =
  | { readonly kind: 'registration'; readonly account: Account; readonly session: OpenSession | undefined }
  | { readonly kind: 'change' }
  | { readonly kind: 'refused'; readonly refusal: AppError };

/** What a used link did; a registration link may have signed its bearer in. */
export type Confirmed =
  | { readonly kind: 'change' }
  | {
      readonly kind: 'registration';
      readonly account: Account;
      readonly tokens: IssuedTokens | undefined;
    };

/**
 * Uses a verification link, once: the account's row is locked while it is judged (auth.md R16). With
 * `signIn` a registration link also opens a session.
 * @throws AppError `invalid_verification_token`, `already_verified`, `email_taken`
 */
export const confirmLink = async (
  context: Context,
  token: string,
  client: Client,
  signIn: boolean,
): Promise<Confirmed> => {
  const now = context.now();
  const hash = hashToken(token);
  const confirmation = await withTransaction(context.db, (transaction) =>
    confirm(transaction, context, hash, client, signIn, now),
  );
  // Refused only now: a pending address that is taken has been dropped, which must be committed.
  if (confirmation.kind === 'refused') throw confirmation.refusal;
  if (confirmation.kind === 'change') return confirmation;
  const { kind, account, session } = confirmation;
  return { kind, account, tokens: session && (await issueTokens(context.config, session, now)) };
};

const confirm = async (
  transaction: Transaction,
  context: TransactionContext,
  hash: Buffer,
  client: Client,
  signIn: boolean,
  now: Date,
): Promise<Confirmation> => {
  const named = await findVerificationLink(transaction, hash);
  const account = named && (await lockAccount(transaction, named.userId));
  // Again, as another use may have held the lock.
  const link = account && (await findVerificationLink(transaction, hash));
  const outcome = verificationOutcome(link, account, now);
  if (!link || !account || outcome === 'invalid') return refused('invalid_verification_token');
  if (outcome === 'already_verified') return refused('already_verified');
  if (outcome === 'change') return changeEmail(transaction, context, account, link, client, now);
  await useLink(transaction, link.id, now);
  await confirmEmail(transaction, account.id, now);
  await recordEvents(transaction, [{ kind: 'email_verified', userId: account.id, client }], now);
  const session = signIn ? await openSession(transaction, context.config, account, client, now) : undefined;
  return { kind: 'registration', account, session };
};

const refused = (code: 'invalid_verification_token' | 'already_verified'): Confirmation => ({
  kind: 'refused',
  refusal: new AppError(code),
});

const changeEmail = async (
  transaction: Transaction,
  context: TransactionContext,
  account: Account,
  link: VerificationLink,
  client: Client,
  now: Date,
): Promise<Confirmation> => {
  try {
    await adoptPendingEmail(transaction, account.id, link.email, now);
  } catch (refusal) {
    if (!(refusal instanceof AppError) || refusal.code !== 'email_taken') throw refusal;
    await dropPendingEmail(transaction, account.id, now);
    return { kind: 'refused', refusal };
  }
  await useLink(transaction, link.id, now);
  await spendResetLinks(transaction, account.id, now);
  await moveRepeatTask(transaction, context, account.id, { email: link.email });
  await recordEvents(transaction, [{ kind: 'email_changed', userId: account.id, client }], now);
  return { kind: 'change' };
};
