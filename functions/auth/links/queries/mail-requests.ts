import type { Queryable, Transaction } from '#shared/database/database.ts';
import '../../tables.ts';

/** What a request for a mail asks for. */
export type MailRequestKind = 'resend_verification' | 'forgot_password';

/** A request for a mail, whoever the address belongs to. */
export interface MailRequest {
  readonly kind: MailRequestKind;
  readonly email: string;
}

/** Stores a request and returns its id. */
export const insertMailRequest = async (
  db: Queryable,
  { kind, email }: MailRequest,
  now: Date,
): Promise<number> => {
  const { insertId } = await db
    .insertInto('mail_requests')
    .values({ kind, email, created_at: now })
    .executeTakeFirstOrThrow();
  return Number(insertId);
};

/** Locks a request that nobody has worked on until the transaction ends; undefined when there is none. */
export const lockPendingMailRequest = async (
  transaction: Transaction,
  id: number,
): Promise<MailRequest | undefined> =>
  transaction
    .selectFrom('mail_requests')
    .select(['kind', 'email'])
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();

/** Notes that a request has been worked on. */
export const finishMailRequest = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db.updateTable('mail_requests').set({ done_at: now }).where('id', '=', id).execute();
};

/** Ids of open requests behind the given one, in their order. */
export const listPendingMailRequests = async (
  db: Queryable,
  limit: number,
  after: number,
): Promise<number[]> => {
  const rows = await db
    .selectFrom('mail_requests')
    .select('id')
    .where('done_at', 'is', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
};
