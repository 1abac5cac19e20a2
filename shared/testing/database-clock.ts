import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { withConnection } from '../database/transaction.ts';

/**
 * Stops the clock of every connection of a pool at a time, or lets it run again without one. For that it has to hold
 * all of them at once, so nothing else may be under way that waits for two.
 */
export const setDatabaseClock = async (db: Database, connections: number, time?: Date): Promise<void> => {
  let held = 0;
  let letGo = (): void => undefined;
  const allHeld = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const seconds = time === undefined ? sql`DEFAULT` : sql.lit(time.getTime() / 1_000);
  const set = () =>
    withConnection(db, async (connection) => {
      await sql`SET timestamp = ${seconds}`.execute(connection);
      held += 1;
      if (held === connections) letGo();
      await allHeld;
    }).finally(letGo);
  await Promise.all(Array.from({ length: connections }, set));
};
