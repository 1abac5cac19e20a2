import type { Queryable, Transaction } from '#shared/database/database.ts';
import { type ImmediateTaskRecord, toRecord } from './administration.ts';

/** All immediate tasks of a user, by id. */
export const listImmediateTasksOfUser = async (
  db: Queryable,
  userId: number,
): Promise<ImmediateTaskRecord[]> => {
  const rows = await db
    .selectFrom('immediate_tasks')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute();
  return rows.map(toRecord);
};

/** Deletes all immediate tasks of a user with their attempts. */
export const deleteImmediateTasksOfUser = async (transaction: Transaction, userId: number): Promise<void> => {
  await transaction.deleteFrom('immediate_tasks').where('user_id', '=', userId).execute();
};
