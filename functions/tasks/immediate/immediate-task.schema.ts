import { z } from 'zod';
import { idField, timestamp } from '#shared/http/fields.ts';
import { contentField } from '../content/content.schema.ts';
import type { ImmediateTaskView } from './administration.ts';
import type { ImmediateTaskItem } from './queries/administration.ts';

const LARGEST_REFERENCE = 2_147_483_647;

/** A user in a request, 0 for none. */
export const userIdField = () => z.int().min(0).max(LARGEST_REFERENCE).meta({ description: '0 is no user.' });

/** A template in a request. */
export const templateIdField = () =>
  z.int().min(1).max(LARGEST_REFERENCE).meta({ description: 'An existing template.' });

/** The state of an immediate task. */
export const statusField = () =>
  z.enum(['Enqueued', 'Completed', 'Failed']).meta({
    description: '`Enqueued` is waiting, running or between attempts.',
  });

/** Body of POST /admin/immediate-tasks. */
export const taskOfTemplate = z.object({
  template_id: templateIdField(),
  user_id: userIdField().default(0),
  content: contentField(),
});

/** An immediate task in a list. */
export const immediateTaskItem = z.object({
  id: idField(),
  user_id: z.int(),
  template_id: idField().optional().meta({ description: 'Absent when the template is gone.' }),
  created_at: timestamp(),
  status: statusField(),
});

const attempt = z.object({
  round: z.int(),
  attempt: z.int(),
  started_at: timestamp(),
  finished_at: timestamp().optional(),
  outcome: z.enum(['Completed', 'Failed', 'Interrupted']).optional(),
  error: z.string().optional(),
});

/** An immediate task with everything that may be shown of it. */
export const immediateTaskObject = immediateTaskItem.extend({
  content: z.string().meta({ description: 'Variables of a sensitive task are shown as `[hidden]`.' }),
  sensitive: z.boolean(),
  content_redacted: z.boolean().meta({ description: 'Whether variables were removed for good.' }),
  attempts: z.int().meta({ description: 'Attempts started in the current round.' }),
  next_attempt_at: timestamp().optional().meta({ description: 'Only while `Enqueued`.' }),
  completed_at: timestamp().optional().meta({ description: 'When it became `Completed` or `Failed`.' }),
  error: z.string().optional(),
  history: z.array(attempt).meta({ description: 'The newest 50 attempts of all rounds, oldest first.' }),
});

/** {@link ImmediateTaskItem} as {@link immediateTaskItem}. */
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

/** {@link ImmediateTaskView} as {@link immediateTaskObject}. */
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
