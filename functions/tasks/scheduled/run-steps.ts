import type { Context } from '#shared/host/context.ts';
import type { HeldAttempt } from '../attempts/attempt-kind.ts';
import { recordWhileHeld } from '../attempts/recording.ts';
import type { Failure } from '../attempts/rules/failure.ts';
import { sendTaskMail, unexpected } from '../attempts/task-mailing.ts';
import { composeMail } from '../templates/rules/task-mail.ts';
import type { WebhookResult } from '../webhooks/call-webhook.ts';
import type { ClaimedRun } from './queries/run-claims.ts';
import { recordWebhook, type StepState } from './queries/run-leases.ts';
import type { RunOutcome } from './queries/run-outcomes.ts';
import { runName } from './rules/run-attempt.ts';
import { NO_EFFECTS, type RunEffects, runOutcomeOf } from './run-ending.ts';

const DELETED: Failure = { code: 'cancelled', detail: 'the task was deleted before its mail' };

const call = async (run: ClaimedRun, url: string, context: Context): Promise<WebhookResult> => {
  const { id: runId, taskId, method, dueAt } = run;
  try {
    const webhook = { url, method, runId, taskId, ...(dueAt ? { dueAt } : {}) };
    // The HTTP client is large, and only some runs call a webhook.
    const { callWebhook } = await import('../webhooks/call-webhook.ts');
    return await callWebhook(webhook, context, context.signal);
  } catch (error) {
    return { failure: unexpected(error, context) };
  }
};

const mail = (run: ClaimedRun, context: Context): Promise<Failure | undefined> => {
  const name = runName(run);
  const headers = { 'X-Task-Id': String(run.taskId), 'X-Task-Run-Id': name };
  return sendTaskMail(() => composeMail(run.template, run.content), { name, headers }, context);
};

/** A task that has lost its template and has no webhook fails for the template it lacks. */
const needsMail = ({ templateId, url, isMailDone }: ClaimedRun): boolean =>
  !isMailDone && (templateId !== undefined || url === undefined);

/**
 * Takes the steps of a claimed run: the webhook, then the mail (rule W3). The first is stored before the second
 * begins, so that no later attempt repeats it. Undefined when the lease was lost between them.
 */
export const performRun = async (run: ClaimedRun, held: HeldAttempt): Promise<RunOutcome | undefined> => {
  const { context, lease, elapsedMs } = held;
  const end = (failure: Failure | undefined, effects: RunEffects): RunOutcome => {
    const now = new Date(run.claimedAt.getTime() + elapsedMs());
    return runOutcomeOf(run, failure, effects, { config: context.config, now });
  };
  let effects = NO_EFFECTS;
  if (run.url !== undefined && !run.isWebhookDone) {
    const { failure, ...answer } = await call(run, run.url, context);
    effects = { ...effects, ...answer, isWebhookDone: failure === undefined };
    if (failure || !needsMail(run)) return end(failure, effects);
    const state = await recordWhileHeld<StepState>(lease, () => recordWebhook(context.db, run));
    if (state === 'lost') return undefined;
    if (state === 'deleted') return end(DELETED, effects);
  }
  if (!needsMail(run)) return end(undefined, effects);
  const failure = await mail(run, context);
  return end(failure, { ...effects, isMailDone: failure === undefined });
};
