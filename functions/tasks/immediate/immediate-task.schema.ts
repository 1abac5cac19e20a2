import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import { contentField } from '../content/content.schema.ts';
import type { ImmediateTaskView } from './administration.ts';
import type { ImmediateTaskItem } from './queries/administration.ts';

const LARGEST_REFERENCE = 2_147_483_647;

/** A user in a request, 0 for none. */
export const userIdField = () =>
  z
    .int()
    .min(0)
    .max(LARGEST_REFERENCE)
    .meta({ description: 'The user whom the task belongs to; 0 for none.' });

/** A template in a request. */
export const templateIdField = () =>
  z.int().min(1).max(LARGEST_REFERENCE).meta({ description: 'The id of an existing template.' });

/** The state of an immediate task. */
export const immediateTaskStatusSchema = z.enum(['Enqueued', 'Completed', 'Failed']).meta({
  id: 'ImmediateTaskStatus',
  description: '`Enqueued` means waiting, running or between attempts.',
});

/** Body of POST /admin/immediate-tasks. */
export const taskOfTemplate = z.object({
  template_id: templateIdField(),
  user_id: userIdField().default(0),
  content: contentField(),
});

/** An immediate task in a list. */
export const immediateTaskItemSchema = z
  .object({
    id: idField(),
    user_id: z.int().meta({ description: '0 without a user.' }),
    template_id: idField().optional().meta({ description: 'Absent once the template has been deleted.' }),
    created_at: timestamp(),
    status: immediateTaskStatusSchema,
  })
  .meta({ id: 'ImmediateTaskListItem' });

const attemptSchema = z
  .object({
    round: z.int(),
    attempt: z.int(),
    started_at: timestamp(),
    finished_at: timestamp().optional(),
    outcome: z
      .enum(['Completed', 'Failed', 'Interrupted'])
      .optional()
      .meta({ description: 'Absent while running.' }),
    error: z.string().optional(),
  })
  .meta({ id: 'ImmediateTaskAttempt' });

/** An immediate task with everything that may be shown of it. */
export const immediateTaskSchema = immediateTaskItemSchema
  .extend({
    content: z.string().meta({ description: 'Variables of a sensitive task are shown as `[hidden]`.' }),
    sensitive: z.boolean(),
    content_redacted: z.boolean().meta({ description: 'Whether the variables have been erased for good.' }),
    attempts: z.int().meta({ description: 'Attempts started in the current round.' }),
    next_attempt_at: timestamp().optional().meta({ description: 'Only while `Enqueued`.' }),
    completed_at: timestamp().optional().meta({ description: 'When it became `Completed` or `Failed`.' }),
    error: z.string().optional(),
    history: z
      .array(attemptSchema)
      .meta({ description: 'The latest 50 attempts of all rounds, oldest first.' }),
  })
  .meta({ id: 'ImmediateTask' });

/** {@link ImmediateTaskItem} as {@link immediateTaskItemSchema}. */
export const toItem = ({ id, userId, templateId, createdAt, status }: ImmediateTaskItem) => ({
  id,
  user_id: userId,
  ...(templateId === null ? {} : { template_id: templateId }),
  created_at: createdAt.toISOString(),
  status,
});

const toAttempt = ({
  round,
  attempt,
  startedAt,
  finishedAt,
  outcome,
  error,
}: ImmediateTaskView['history'][number]) => ({
  round,
  attempt,
  started_at: startedAt.toISOString(),
  ...(finishedAt === null ? {} : { finished_at: finishedAt.toISOString() }),
  ...(outcome === null ? {} : { outcome }),
  ...(error === null ? {} : { error }),
});

/** {@link ImmediateTaskView} as {@link immediateTaskSchema}. */
export const toObject = (task: ImmediateTaskView) => ({
  ...toItem(task),
  content: task.content,
  sensitive: task.sensitive,
  content_redacted: task.redacted,
  attempts: task.attempts,
  ...(task.status === 'Enqueued' && task.nextAttemptAt
    ? { next_attempt_at: task.nextAttemptAt.toISOString() }
    : {}),
  ...(task.status !== 'Enqueued' && task.completedAt ? { completed_at: task.completedAt.toISOString() } : {}),
  ...(task.error === null ? {} : { error: task.error }),
  history: task.history.map(toAttempt),
});
