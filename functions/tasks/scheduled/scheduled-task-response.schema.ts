import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import type { ScheduledTask } from './queries/scheduled-tasks.ts';

/** A scheduled task in a list. */
export const scheduledTaskItem = z.object({
  id: idField(),
  user_id: z.int().optional(),
  template_id: z.int().optional(),
  url: z.string().optional(),
  created_at: timestamp(),
  active: z.boolean(),
  next_run: timestamp().meta({
    description: 'The earliest due instant whose run has not started; while inactive, the value kept.',
  }),
});

/** A scheduled task with all its fields. */
export const scheduledTaskObject = scheduledTaskItem.extend({
  method: z.enum(['GET', 'POST']),
  content: z.string(),
  cron: z.string(),
  timezone: z.string(),
  catch_up: z.enum(['last', 'skip']),
  previous_run: timestamp().optional().meta({ description: 'When the latest run started.' }),
});

/** A task as {@link scheduledTaskItem}. */
export const toScheduledItem = (task: ScheduledTask) => ({
  id: task.id,
  ...(task.userId === undefined ? {} : { user_id: task.userId }),
  ...(task.templateId === undefined ? {} : { template_id: task.templateId }),
  ...(task.url === undefined ? {} : { url: task.url }),
  created_at: task.createdAt.toISOString(),
  active: task.active,
  next_run: task.nextRun.toISOString(),
});

/** A task as {@link scheduledTaskObject}. */
export const toScheduledObject = (task: ScheduledTask) => ({
  ...toScheduledItem(task),
  method: task.method,
  content: task.content,
  cron: task.cron,
  timezone: task.timezone,
  catch_up: task.catchUp,
  ...(task.previousRun ? { previous_run: task.previousRun.toISOString() } : {}),
});
