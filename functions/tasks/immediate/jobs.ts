import { z } from 'zod';
import type { Job } from '#shared/queue/queues.ts';
import type { TaskAttempt } from './rules/task-attempt.ts';

/** The BullMQ queue of immediate tasks. */
export const IMMEDIATE_QUEUE = 'immediate';

const number = z.int().min(1);
const schema = z.object({ id: number, round: number, attempt: number });

/** The job for an attempt; its id is deterministic, so handing it over twice does nothing. */
export const immediateJob = ({ id, round, attempt }: TaskAttempt, delayMs = 0): Job => ({
  id: `im-${id}-${round}-${attempt}`,
  data: { id, round, attempt },
  delayMs,
});

/** Reads a job's body, or undefined when it is none of ours. */
export const parseImmediateJob = (body: string): TaskAttempt | undefined => {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};
