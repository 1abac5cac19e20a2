import type { Context } from '#shared/host/context.ts';
import { backoffOf } from '../attempts/retry-backoff.ts';
import { errorText, type Failure } from '../attempts/rules/failure.ts';
import { retryDelay } from '../attempts/rules/retrying.ts';
import { sendTaskMail } from '../attempts/task-mailing.ts';
import { endContent, readContent } from '../content/content-storage.ts';
import { composeMail } from '../templates/rules/task-mail.ts';
import type { ClaimedTask } from './queries/claims.ts';
import type { AttemptOutcome } from './queries/outcomes.ts';

/** Composes and sends the mail of a claimed task; resolves with why that failed, or with nothing. */
export const deliver = (task: ClaimedTask, context: Context): Promise<Failure | undefined> =>
  sendTaskMail(
    () => composeMail(task.template, readContent(task, context.config)),
    { name: `task-${task.id}-${task.round}`, headers: { 'X-Task-Id': String(task.id) } },
    context,
  );

/** What becomes of a task after an attempt (rules E5 to E7). */
export const outcomeOf = (
  task: ClaimedTask,
  failure: Failure | undefined,
  { config }: Pick<Context, 'config'>,
): AttemptOutcome => {
  const { id, round, attempt, leaseToken } = task;
  const base = { id, round, attempt, leaseToken };
  if (!failure) {
    return { ...base, outcome: 'Completed', next: { status: 'Completed', ...endContent(task, config) } };
  }
  const delayMs = retryDelay({ attempt, failure, chance: Math.random() }, backoffOf(config));
  return {
    ...base,
    outcome: failure.code === 'interrupted' ? 'Interrupted' : 'Failed',
    error: errorText(failure),
    next:
      delayMs === undefined
        ? { status: 'Failed', ...endContent(task, config) }
        : { status: 'Enqueued', delayMs },
  };
};
