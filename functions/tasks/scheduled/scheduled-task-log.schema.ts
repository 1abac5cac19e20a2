import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import type { ScheduledTaskLog } from './queries/scheduled-task-logs.ts';

/** How an attempt ended. */
export const runLogStatusSchema = z.enum(['Completed', 'Failed']).meta({ id: 'RunLogStatus' });

/** A log in a list. */
export const runLogItemSchema = z
  .object({
    id: idField(),
    task_id: idField().optional().meta({ description: 'Absent once the task has been deleted.' }),
    job_id: z.string().meta({ example: 'run-57' }),
    status: runLogStatusSchema,
    created_at: timestamp(),
  })
  .meta({ id: 'RunLogListItem' });

/** A log with everything that is known of the attempt. */
export const runLogSchema = runLogItemSchema
  .extend({
    attempt: z.int(),
    http_status: z.int().optional().meta({ description: 'The status that the webhook returned.' }),
    error: z.string().optional(),
    response: z
      .string()
      .optional()
      .meta({ description: 'The body that the webhook returned with a 2xx status.' }),
  })
  .meta({ id: 'RunLog' });

/** A log as {@link runLogItemSchema}. */
export const toLogItem = ({ id, taskId, jobId, status, createdAt }: ScheduledTaskLog) => ({
  id,
  ...(taskId === undefined ? {} : { task_id: taskId }),
  job_id: jobId,
  status,
  created_at: createdAt.toISOString(),
});

/** A log as {@link runLogSchema}. */
export const toLogObject = (log: ScheduledTaskLog) => ({
  ...toLogItem(log),
  attempt: log.attempt,
  ...(log.httpStatus === undefined ? {} : { http_status: log.httpStatus }),
  ...(log.error === undefined ? {} : { error: log.error }),
  ...(log.response === undefined ? {} : { response: log.response }),
});
