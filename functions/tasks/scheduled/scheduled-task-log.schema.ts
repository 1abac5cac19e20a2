import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import type { ScheduledTaskLog } from './queries/scheduled-task-logs.ts';

/** How an attempt ended. */
export const logStatusField = () => z.enum(['Completed', 'Failed']);

/** A log in a list. */
export const logItem = z.object({
  id: idField(),
  task_id: idField().optional().meta({ description: 'Absent once the task is deleted.' }),
  job_id: z.string().meta({ example: 'run-57' }),
  status: logStatusField(),
  created_at: timestamp(),
});

/** A log with everything that is known of the attempt. */
export const logObject = logItem.extend({
  attempt: z.int(),
  http_status: z.int().optional().meta({ description: 'Of the webhook in this attempt.' }),
  error: z.string().optional(),
  response: z.string().optional().meta({ description: 'Body of a 2xx answer.' }),
});

/** A log as {@link logItem}. */
export const toLogItem = ({ id, taskId, jobId, status, createdAt }: ScheduledTaskLog) => ({
  id,
  ...(taskId === undefined ? {} : { task_id: taskId }),
  job_id: jobId,
  status,
  created_at: createdAt.toISOString(),
});

/** A log as {@link logObject}. */
export const toLogObject = (log: ScheduledTaskLog) => ({
  ...toLogItem(log),
  attempt: log.attempt,
  ...(log.httpStatus === undefined ? {} : { http_status: log.httpStatus }),
  ...(log.error === undefined ? {} : { error: log.error }),
  ...(log.response === undefined ? {} : { response: log.response }),
});
