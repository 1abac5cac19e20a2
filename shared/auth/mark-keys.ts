import type { Redis } from 'ioredis';
import { onePer } from '../async/one-per.ts';

/** The mark of one session. */
export const sessionKey = (prefix: string, sessionId: number): string =>
  `${prefix}:ended:session:${sessionId}`;

/** The mark of all sessions of a user up to the id that it holds. */
export const userKey = (prefix: string, userId: number): string => `${prefix}:ended:user:${userId}`;

/**
 * Holds the run id of the server in which no mark is missing. A flushed server lacks the key; one that was started
 * again, from an older state of its data perhaps, has another run id.
 */
export const completeKey = (prefix: string): string => `${prefix}:ended:complete`;

/** Held by the process that rebuilds the marks. */
export const rebuildLockKey = (prefix: string): string => `${prefix}:ended:rebuild`;

/** What the connection was told; forgotten when it closes, as another server may be there next time. */
const answerOf = onePer((_redis: Redis): { runId?: Promise<string> | undefined } => ({}));

const askRunId = async (redis: Redis): Promise<string> => {
  // A user of Redis who may not ask sees flushes, but no new server; without marks altogether it would be worse.
  const info = await redis.info('server').catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return '';
    throw error;
  });
  return /^run_id:(\S+)/m.exec(info)?.[1] ?? 'unknown';
};

/** The run id of the server at the other end, asked once a connection. */
export const runIdOf = (redis: Redis): Promise<string> => {
  const answer = answerOf(redis);
  if (answer.runId) return answer.runId;
  const asked = askRunId(redis);
  const forget = (): void => {
    if (answer.runId === asked) answer.runId = undefined;
  };
  answer.runId = asked;
  redis.once('close', forget);
  asked.catch(() => {
    forget();
    redis.off('close', forget);
  });
  return asked;
};
