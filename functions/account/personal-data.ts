import { exportUserKana } from '#functions/kana/index.ts';
import { eraseOwner, exportOwner } from '#functions/media/index.ts';
import { eraseUserTasks, exportUserTasks } from '#functions/tasks/index.ts';
import type { Transaction } from '#shared/database/database.ts';
import type { TransactionContext } from '#shared/host/context.ts';

/** Lists by name; `{}` when the domain keeps nothing. */
export type DomainExport = Readonly<Record<string, unknown>>;

/** What one domain keeps about a user. */
interface PersonalData {
  /** What the export says; absent until the domain keeps something. */
  readonly read?: (
    transaction: Transaction,
    context: TransactionContext,
    userId: number,
  ) => Promise<DomainExport>;
  /** Deletes, in the transaction of the erasure, what does not go with the user's row. */
  readonly erase?: (transaction: Transaction, context: TransactionContext, userId: number) => Promise<void>;
}

/** The domains by their key in the export, in its order. What a new domain keeps is one line here. */
const PERSONAL_DATA = {
  kana: { read: (transaction, _context, userId) => exportUserKana(transaction, userId) },
  dictionary: {},
  courses: {},
  media: {
    read: (transaction, _context, userId) => exportOwner(transaction, userId),
    erase: eraseOwner,
  },
  tasks: {
    read: (transaction, { config }, userId) => exportUserTasks(transaction, config, userId),
    erase: (transaction, _context, userId) => eraseUserTasks(transaction, userId),
  },
} satisfies Record<string, PersonalData>;

/** A key of the export that a domain fills. */
export type DomainKey = keyof typeof PERSONAL_DATA;

/** Each domain with its key, in the order of the export. */
export const personalData = (): readonly (readonly [DomainKey, PersonalData])[] =>
  Object.entries(PERSONAL_DATA) as [DomainKey, PersonalData][];
