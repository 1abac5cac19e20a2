import { sql } from 'kysely';
import type { Role } from '#shared/auth/access-token.ts';
import type { Queryable } from '#shared/database/database.ts';
import { listPage } from '#shared/database/list-page.ts';
import type { Page, PageRequest } from '#shared/http/paging.ts';
import { type Account, accounts, mapTaken, toAccount } from '../../accounts/queries/accounts.ts';

/** Which accounts a list shows; all filters together. */
export interface UserFilter {
  readonly role?: Role | undefined;
  readonly active?: boolean | undefined;
  /** A folded part of the address or of the username's key; empty finds all. */
  readonly search: string;
}

const TUTOR = 2;

const filtered = (db: Queryable, { role, active, search }: UserFilter) =>
  accounts(db)
    .$if(role !== undefined, (query) => query.where('role', '=', role ?? 1))
    .$if(active !== undefined, (query) => query.where('active', '=', active ? 1 : 0))
    // LOCATE takes the text as it is, where LIKE would have to be told that % and _ are no patterns.
    .$if(search !== '', (query) =>
      query.where(({ or }) =>
        or([
          sql<boolean>`LOCATE(${search}, users.email) > 0`,
          sql<boolean>`LOCATE(${search}, users.username_key) > 0`,
        ]),
      ),
    );

/** Accounts by address. */
export const listAccounts = (db: Queryable, filter: UserFilter, page: PageRequest): Promise<Page<Account>> =>
  listPage(filtered(db, filter).orderBy('users.email').orderBy('users.id'), page, (row) => toAccount(row));

/** Active tutors by the key of the username. */
export const listActiveTutors = (db: Queryable, page: PageRequest): Promise<Page<Account>> => {
  const tutors = filtered(db, { role: TUTOR, active: true, search: '' });
  return listPage(tutors.orderBy('users.username_key').orderBy('users.id'), page, (row) => toAccount(row));
};

/** Gives an account another address at once; a pending one is dropped. @throws AppError `email_taken` */
export const replaceEmail = async (db: Queryable, id: number, email: string, now: Date): Promise<void> => {
  await db
    .updateTable('users')
    .set({ email, pending_email: null, pending_email_expires_at: null, updated_at: now })
    .where('id', '=', id)
    .execute()
    .catch(mapTaken);
};

/** Stores another role. */
export const storeRole = async (db: Queryable, id: number, role: Role, now: Date): Promise<void> => {
  await db.updateTable('users').set({ role, updated_at: now }).where('id', '=', id).execute();
};

/** Confirms the stored address and lifts a disabling, so that the account is active. */
export const activateAccount = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db
    .updateTable('users')
    .set({
      email_verified_at: sql<Date>`COALESCE(email_verified_at, ${now})`,
      disabled_at: null,
      updated_at: now,
    })
    .where('id', '=', id)
    .execute();
};

/** Disables an account. */
export const disableAccount = async (db: Queryable, id: number, now: Date): Promise<void> => {
  await db.updateTable('users').set({ disabled_at: now, updated_at: now }).where('id', '=', id).execute();
};
