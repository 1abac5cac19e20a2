import type { Transaction } from './database/database.ts';
import { importDomainModules } from './domain-modules.ts';
import type { TransactionContext } from './host/context.ts';

/** Lists by name; `{}` when the domain keeps nothing. */
export type DomainExport = Readonly<Record<string, unknown>>;

/** What one domain keeps about a user; its `personal-data.ts` exports it as `personalData`. */
export interface PersonalData {
  /** What the export says, under the name of the domain. */
  readonly read?: (
    transaction: Transaction,
    context: TransactionContext,
    userId: number,
  ) => Promise<DomainExport>;
  /** Deletes, in the transaction of the erasure, what does not go with the user's row. */
  readonly erase?: (transaction: Transaction, context: TransactionContext, userId: number) => Promise<void>;
}

/** What every domain keeps about users, by its name. Loaded before a transaction begins: loading is no work for one. */
export const loadPersonalData = async (): Promise<ReadonlyMap<string, PersonalData>> => {
  const modules = await importDomainModules('personal-data');
  const entries = [...modules].map(
    ([domain, module]) => [domain, (module as { readonly personalData: PersonalData }).personalData] as const,
  );
  return new Map(entries);
};
