import { deleteScheduledTask, ensureScheduledTask, updateScheduledTask } from '#functions/tasks/index.ts';
import type { Config } from '#shared/config/config.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { Context } from '#shared/host/context.ts';
import type { MailSlug } from '#shared/mail/mail-templates.ts';

type RepeatContext = Pick<Context, 'config' | 'queues' | 'log'>;

/** Whose repeat task it is, and what it follows. */
export interface Repeater {
  readonly userId: number;
  /** The stored address. */
  readonly email: string;
  readonly timeZone: string;
}

const keyOf = (userId: number, { INTERNAL_BASE_URL }: Pick<Config, 'INTERNAL_BASE_URL'>) => ({
  userId,
  url: `${INTERNAL_BASE_URL}/api/v6/test-results/drop-marks/${userId}`,
});

const contentFor = (email: string) => ({ recipient: email, variables: [] });

/** Makes sure that the user's repeat task exists (auth.md R26); an existing one is left as it is. */
export const ensureRepeatTask = async (
  transaction: Transaction,
  context: RepeatContext,
  { userId, email, timeZone }: Repeater,
): Promise<void> => {
  await ensureScheduledTask(transaction, context, {
    ...keyOf(userId, context.config),
    method: 'POST',
    cron: '0 0 * * *',
    timezone: timeZone,
    slug: 'notify_alphabet' satisfies MailSlug,
    content: contentFor(email),
  });
};

/** Deletes the user's repeat task, and no other. Having none is fine. */
export const deleteRepeatTask = async (
  transaction: Transaction,
  context: RepeatContext,
  userId: number,
): Promise<void> => {
  await deleteScheduledTask(transaction, keyOf(userId, context.config));
};

/**
 * Takes the user's repeat task, if there is one, to a new zone or a new stored address, in the transaction that
 * changes it (auth.md R26).
 */
export const moveRepeatTask = async (
  transaction: Transaction,
  context: RepeatContext,
  userId: number,
  { timeZone, email }: { readonly timeZone?: string | undefined; readonly email?: string | undefined },
): Promise<void> => {
  if (timeZone === undefined && email === undefined) return;
  await updateScheduledTask(transaction, context, keyOf(userId, context.config), {
    ...(timeZone === undefined ? {} : { timezone: timeZone }),
    ...(email === undefined ? {} : { content: contentFor(email) }),
  });
};
