import { createImmediateTask } from '#functions/tasks/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { Context } from '#shared/host/context.ts';
import type { MailSlug } from '#shared/mail/mail-templates.ts';
import { maskEmail } from '../accounts/rules/email.ts';

/** Tells the holder of an address, with the transaction, that the account goes to another one (auth.md R29). */
export const mailAddressNotice = async (
  transaction: Transaction,
  context: Pick<Context, 'config' | 'queues' | 'log'>,
  { userId, from, to }: { readonly userId: number; readonly from: string; readonly to: string },
): Promise<void> => {
  await createImmediateTask(transaction, context, {
    slug: 'email_changed_notice' satisfies MailSlug,
    userId,
    recipient: from,
    variables: [maskEmail(to)],
  });
};
