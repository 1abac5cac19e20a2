import { domainOf } from '#shared/mail/mail-address.ts';
import { MailError } from '#shared/mail/mail-error.ts';
import type { Context } from '#shared/runtime/context.ts';
import { endContent, readContent } from '../content-storage.ts';
import type { ClaimedTask } from '../queries/immediate-claims.ts';
import type { AttemptOutcome } from '../queries/immediate-outcomes.ts';
import { ladderOf } from '../retry-ladder.ts';
import { errorText, type Failure, isPermanent } from '../rules/failure.ts';
import { delayAfter } from '../rules/ladder.ts';
import { composeMail } from '../rules/task-mail.ts';

const INTERRUPTED: Failure = { code: 'interrupted', detail: 'the worker was told to stop' };

const failureOf = (error: unknown, { log }: Context): Failure => {
  if (!(error instanceof MailError)) {
    log.error({ err: error }, 'an attempt failed unexpectedly');
    return { code: 'internal_error', detail: 'see the log of the worker' };
  }
  return error.code === 'aborted' ? INTERRUPTED : { code: error.code, detail: error.message };
};

/** Composes and sends the mail of a claimed task; resolves with why that failed, or with nothing. */
export const deliver = async (
  task: ClaimedTask,
  context: Context,
  signal: AbortSignal,
): Promise<Failure | undefined> => {
  const { config, mailer } = context;
  try {
    const composed = composeMail(task.template, readContent(task, config));
    if (composed.kind === 'impossible') return composed.failure;
    await mailer.send(
      {
        ...composed.mail,
        messageId: `<task-${task.id}-${task.round}@${domainOf(config.SMTP_FROM)}>`,
        headers: { 'X-Task-Id': String(task.id), 'Auto-Submitted': 'auto-generated' },
      },
      signal,
    );
    return undefined;
  } catch (error) {
    return failureOf(error, context);
  }
};

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
  const isInterrupted = failure.code === 'interrupted';
  const laddered = delayAfter(attempt, ladderOf(config), Math.random());
  const delayMs = isInterrupted && laddered !== undefined ? 0 : laddered;
  return {
    ...base,
    outcome: isInterrupted ? 'Interrupted' : 'Failed',
    error: errorText(failure),
    next:
      delayMs === undefined || isPermanent(failure.code)
        ? { status: 'Failed', ...endContent(task, config) }
        : { status: 'Enqueued', delayMs },
  };
};
