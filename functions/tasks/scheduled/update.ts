import { readClock } from '#shared/database/clock.ts';
import type { Transaction } from '#shared/database/database.ts';
import { assertThat, type Issue, invalid } from '#shared/errors/app-error.ts';
import { holdTemplates, type StoredTemplate } from '../templates/queries/email-templates.ts';
import { unknownTemplate } from '../templates/template-issues.ts';
import { type ShortageReport, shortageIssues } from '../templates/template-shortage.ts';
import { firstOccurrence, urlIssues } from './checks.ts';
import { type ClaimContext, claimIfDue } from './claims.ts';
import { withdrawRuns } from './queries/scheduled-runs.ts';
import {
  findScheduledTask,
  lockScheduledTask,
  type ScheduledTask,
  type ScheduledTaskFields,
  saveScheduledTask,
} from './queries/scheduled-tasks.ts';
import type { CatchUp } from './rules/due-runs.ts';
import { isNextRunAllowed, needsOccurrence, nextRunAfter, withdraws } from './rules/task-schedule-change.ts';

/** What a PATCH changes; null clears, what is absent stays. */
export interface ScheduledTaskUpdate {
  readonly userId?: number | null | undefined;
  readonly templateId?: number | null | undefined;
  readonly url?: string | null | undefined;
  readonly method?: 'GET' | 'POST' | undefined;
  readonly content?: string | undefined;
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
  readonly active?: boolean | undefined;
  readonly catchUp?: CatchUp | undefined;
  readonly nextRun?: Date | undefined;
  /** Absent for a request, which is refused when the template uses more variables than the task has. */
  readonly report?: ShortageReport;
}

const cleared = <T>(sent: T | null | undefined, stored: T | undefined): T | undefined =>
  sent === undefined ? stored : (sent ?? undefined);

/** Templates are locked before tasks, so the task's own one is looked up without a lock first. */
const lockWithTemplate = async (
  transaction: Transaction,
  id: number,
  { templateId }: ScheduledTaskUpdate,
): Promise<{ task: ScheduledTask; template: StoredTemplate | undefined }> => {
  const seen = await findScheduledTask(transaction, id);
  assertThat(seen, 'not_found');
  const wanted = [templateId, seen.templateId].filter((one) => typeof one === 'number');
  const held = await holdTemplates(transaction, wanted);
  const task = await lockScheduledTask(transaction, id);
  assertThat(task, 'not_found');
  const merged = cleared(templateId, task.templateId);
  if (merged === undefined) return { task, template: undefined };
  const template = held.get(merged) ?? (await holdTemplates(transaction, [merged])).get(merged);
  return { task, template };
};

const mergeTask = (task: ScheduledTask, changes: ScheduledTaskUpdate): ScheduledTaskFields => ({
  userId: cleared(changes.userId, task.userId),
  templateId: cleared(changes.templateId, task.templateId),
  url: cleared(changes.url, task.url),
  method: changes.method ?? task.method,
  content: changes.content ?? task.content,
  cron: changes.cron ?? task.cron,
  timezone: changes.timezone ?? task.timezone,
  active: changes.active ?? task.active,
  catchUp: changes.catchUp ?? task.catchUp,
});

const required = (field: string): Issue => ({
  field,
  message: 'or the other of template and url is needed',
  code: 'required',
});

const faultsOfMerged = (
  merged: ScheduledTaskFields,
  template: StoredTemplate | undefined,
  changes: ScheduledTaskUpdate,
  now: Date,
  { config }: ClaimContext,
): Issue[] => {
  const isUnknown = typeof changes.templateId === 'number' && !template;
  const hasNothing = !isUnknown && !template && merged.url === undefined;
  const isFarOff = changes.nextRun !== undefined && !isNextRunAllowed(changes.nextRun, now);
  return [
    ...(isUnknown ? [unknownTemplate('template_id')] : []),
    ...(hasNothing ? [required('template_id'), required('url')] : []),
    ...urlIssues(changes.url ?? undefined, config),
    ...shortageIssues(template, merged.content, changes.report),
    ...(isFarOff
      ? [
          {
            field: 'next_run',
            message: 'must be at most 1 year in the past and 5 years ahead',
            code: 'out_of_range',
          },
        ]
      : []),
  ];
};

/**
 * Changes a task by rules S8 and S9.
 * @throws AppError `not_found`, `validation_failed`, `task_exists`
 */
export const updateScheduledTask = async (
  transaction: Transaction,
  context: ClaimContext,
  id: number,
  changes: ScheduledTaskUpdate,
): Promise<void> => {
  const { task, template } = await lockWithTemplate(transaction, id, changes);
  const now = await readClock(transaction);
  const merged = mergeTask(task, changes);
  const first = needsOccurrence(task, merged) ? firstOccurrence(merged, now) : undefined;
  const issues = [
    ...faultsOfMerged(merged, template, changes, now, context),
    ...(first && 'issues' in first ? first.issues : []),
  ];
  if (issues.length > 0) throw invalid(...issues);
  const occurrence = first && 'at' in first ? first.at : undefined;
  const withdrawn = withdraws(task, merged, changes) ? await withdrawRuns(transaction, id) : undefined;
  const nextRun = nextRunAfter(task, merged, { sent: changes.nextRun, withdrawn, occurrence, now });
  await saveScheduledTask(transaction, id, { ...merged, nextRun });
  await claimIfDue(transaction, { ...merged, id, nextRun }, now, context);
};
