import { cronFunction } from '#shared/host/queue-function.ts';
import { forgetOldKeys } from '#shared/http/idempotency.ts';

const BATCH = 1_000;

/** Hourly: forgets idempotency keys of yesterday, in batches so that no lock is held for long. */
export const handler = cronFunction(async ({ db, log }) => {
  let forgotten = 0;
  for (let last = BATCH; last === BATCH; forgotten += last) last = await forgetOldKeys(db, BATCH);
  if (forgotten > 0) log.info({ forgotten }, 'idempotency keys forgotten');
});
