import { sql } from 'kysely';
import { withTimeout } from '#shared/async/with-timeout.ts';
import type { Context } from '#shared/host/context.ts';
import { probeStore } from '#shared/storage/media-store.ts';

type Check = 'ok' | 'down';

/** What `/ready` answers; `degraded` means that only Redis is unavailable. */
export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'down';
  readonly checks: { readonly database: Check; readonly redis: Check; readonly media: Check };
}

const CHECK_MS = 2_000;

const check = async (work: Promise<unknown>): Promise<Check> => {
  try {
    await withTimeout(CHECK_MS, work, () => new Error('no answer in time'));
    return 'ok';
  } catch {
    return 'down';
  }
};

const provenUsable = async (context: Pick<Context, 'storage'>): Promise<void> => {
  if (!(await probeStore(context))) throw new Error('the media store is not usable');
};

/** Asks every server that requests need, all at once. */
export const checkReadiness = async ({ db, redis, storage }: Context): Promise<Readiness> => {
  const [database, cache, media] = await Promise.all([
    check(sql`SELECT 1`.execute(db)),
    check(redis.ping()),
    check(provenUsable({ storage })),
  ]);
  const checks = { database, redis: cache, media };
  if (database === 'down' || media === 'down') return { status: 'down', checks };
  return { status: cache === 'down' ? 'degraded' : 'ok', checks };
};
