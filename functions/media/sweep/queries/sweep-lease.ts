import type { Database } from '#shared/database/database.ts';

/** Takes the lease of the sweeper, or renews it with the token that has it; false while another run has it. */
export const takeSweepLease = async (
  db: Database,
  token: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('media_sweep_lease')
    .set({ token, lease_until: until })
    .where('id', '=', 1)
    .where((where) =>
      where.or([where('token', 'is', null), where('token', '=', token), where('lease_until', '<=', now)]),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** Gives the lease back, if it is still the caller's. */
export const endSweepLease = async (db: Database, token: string): Promise<void> => {
  await db
    .updateTable('media_sweep_lease')
    .set({ token: null })
    .where('id', '=', 1)
    .where('token', '=', token)
    .execute();
};
