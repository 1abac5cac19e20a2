import { z } from 'zod';
import type { Job } from '#shared/queue/queues.ts';
import { type RunAttempt, runName } from './rules/run-attempt.ts';

/** The BullMQ queue of runs of scheduled tasks. */
export const SCHEDULED_QUEUE = 'scheduled';

const number = z.int().min(1);
const schema = z.object({ id: number, attempt: number });

/** The job for an attempt; its id is deterministic, so handing it over twice does nothing. */
export const runJob = ({ id, attempt }: RunAttempt, delayMs = 0): Job => ({
  id: `${runName({ id })}-${attempt}`,
  data: { id, attempt },
  delayMs,
});

/** Reads a job's body, or undefined when it is none of ours. */
export const parseRunJob = (body: string): RunAttempt | undefined => {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};
