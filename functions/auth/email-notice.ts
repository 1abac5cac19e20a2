import { createImmediateTask } from '#functions/tasks/index.ts';
import type { Database } from '#shared/database/database.ts';
import type { Context } from '#shared/host/context.ts';
import { maskEmail } from './rules/email.ts';

/** Tells the holder of an address, with the transaction, that the account goes to another one (auth.md R29). */
export const mailAddressNotice = async (
  transaction: Database,
  context: Pick<Context, 'config' | 'queues' | 'log'>,
  { userId, from, to }: { readonly userId: number; readonly from: string; readonly to: string },
): Promise<void> => {
  await createImmediateTask(transaction, context, {
    slug: 'email_changed_notice',
    userId,
    recipient: from,
    variables: [maskEmail(to)],
  });
};
