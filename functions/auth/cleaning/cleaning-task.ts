import { ensureScheduledTask, updateScheduledTask } from '#functions/tasks/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { TransactionContext } from '#shared/host/context.ts';

/** Noon and midnight. */
const CLEANING = { method: 'POST', cron: '0 0,12 * * *', timezone: 'UTC', active: true } as const;

/**
 * Makes sure that the one task that calls for cleaning exists, and restores its values if it has others. Returns
 * its id and whether it is new.
 */
export const scheduleCleaning = async (
  transaction: Transaction,
  context: TransactionContext,
): Promise<{ id: number; created: boolean }> => {
  const url = `${context.config.INTERNAL_BASE_URL}/api/v6/tokens/clean`;
  for (;;) {
    const task = await ensureScheduledTask(transaction, context, { url, ...CLEANING });
    if (task.created) return task;
    // It is gone when somebody deleted it between the two steps.
    if (await updateScheduledTask(transaction, context, { url }, { ...CLEANING, content: null })) return task;
  }
};
