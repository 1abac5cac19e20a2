import { z } from 'zod';
import { withRule } from '#shared/http/field-rules.ts';
import { patchBody, requestTime, textField } from '#shared/http/request-fields.ts';
import { contentIssue } from '../content/rules/content.ts';
import { templateIdField } from '../immediate/immediate-task.schema.ts';
import { SCHEDULE_ISSUES } from './checks.ts';
import { effectIssues, LONGEST_TEXT, TASK_DEFAULTS } from './rules/task-issues.ts';
import { scheduleIssues } from './rules/timetable.ts';
import type { ScheduledTaskUpdate } from './update.ts';

/** No user or template has a larger number. */
export const LARGEST_REFERENCE = 2_147_483_647;

const refuse = (
  context: z.core.$RefinementCtx,
  { message, code }: { message: string; code: string },
): void => {
  context.addIssue({ code: 'custom', message, params: { code } });
};

const nameField = (maximum: number, description: string) =>
  textField(0, maximum).meta({ description, override: { type: 'string', maxLength: maximum } });

const contentField = () =>
  z
    .string()
    .superRefine((text, context) => {
      const issue = text === '' ? undefined : contentIssue(text);
      if (issue) refuse(context, issue);
    })
    .meta({
      description: '`recipient;var1;var2;…`, needed with a template. Kept in clear: no secrets.',
      example: 'ann@example.com',
      override: { type: 'string', maxLength: 10_000 },
    });

const cronField = () =>
  textField(1, LONGEST_TEXT.cron)
    .superRefine((cron, context) => {
      if (scheduleIssues({ cron, timezone: 'UTC' }).length > 0) refuse(context, SCHEDULE_ISSUES.invalid_cron);
    })
    .meta({
      description: 'Five fields, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.',
      example: '0 0 * * *',
      override: { type: 'string', minLength: 1, maxLength: LONGEST_TEXT.cron },
    });

const zoneField = () =>
  textField(1, LONGEST_TEXT.timezone)
    .superRefine((timezone, context) => {
      if (scheduleIssues({ cron: '@daily', timezone }).length > 0) {
        refuse(context, SCHEDULE_ISSUES.unknown_timezone);
      }
    })
    .meta({
      description: 'A name of the IANA database.',
      example: 'Asia/Tokyo',
      override: { type: 'string', minLength: 1, maxLength: LONGEST_TEXT.timezone },
    });

/** The fields that a request may give a scheduled task, without defaults. */
const scheduledTaskFields = {
  url: nameField(LONGEST_TEXT.url, 'Webhook; empty is none.'),
  method: z.enum(['GET', 'POST']).meta({ description: 'Of the webhook.' }),
  content: contentField(),
  cron: cronField(),
  timezone: zoneField(),
  active: z.boolean(),
  catch_up: z.enum(['last', 'skip']).meta({
    description: 'Of missed occurrences: the latest runs, or only one that is hardly late.',
  }),
};

const owner = {
  user_id: z.int().min(1).max(LARGEST_REFERENCE).optional().meta({ description: 'Absent: no user.' }),
};

const creation = {
  url: scheduledTaskFields.url.optional(),
  method: scheduledTaskFields.method.default(TASK_DEFAULTS.method),
  content: scheduledTaskFields.content.optional(),
  cron: scheduledTaskFields.cron,
  timezone: scheduledTaskFields.timezone.default(TASK_DEFAULTS.timezone),
  active: scheduledTaskFields.active.default(TASK_DEFAULTS.active),
  catch_up: scheduledTaskFields.catch_up.default(TASK_DEFAULTS.catchUp),
};

/** Body of POST /tasks/scheduled. */
export const taskBySlug = withRule(
  z.object({
    ...owner,
    email_slug: nameField(100, 'An existing template; empty is none.').optional(),
    ...creation,
  }),
  (fields, isFaulty) => effectIssues('email_slug', fields, isFaulty),
);

/** Body of POST /admin/scheduled-tasks. */
export const taskByTemplate = withRule(
  z.object({ ...owner, template_id: templateIdField().optional(), ...creation }),
  (fields, isFaulty) => effectIssues('template_id', fields, isFaulty),
);

/** A body of a creation as the use case takes it, without its template. */
export const toNewTask = (body: Omit<z.output<typeof taskBySlug>, 'email_slug'>) => ({
  userId: body.user_id,
  url: body.url || undefined,
  method: body.method,
  content: body.content ?? '',
  cron: body.cron,
  timezone: body.timezone,
  active: body.active,
  catchUp: body.catch_up,
});

const reference = () =>
  z.int().min(0).max(LARGEST_REFERENCE).optional().meta({ description: '0 clears it.' });

/** Body of PATCH /admin/scheduled-tasks/{id}. */
export const taskChanges = patchBody({
  user_id: reference(),
  template_id: reference(),
  url: scheduledTaskFields.url.optional().meta({ description: 'Webhook; empty clears it.' }),
  method: scheduledTaskFields.method.optional(),
  content: scheduledTaskFields.content.optional(),
  cron: scheduledTaskFields.cron.optional(),
  timezone: scheduledTaskFields.timezone.optional(),
  active: scheduledTaskFields.active.optional(),
  catch_up: scheduledTaskFields.catch_up.optional(),
  next_run: requestTime()
    .optional()
    .meta({ description: 'From 1 year before to 5 years after now; a past one is a missed occurrence.' }),
});

/** A body of a change as the use case takes it. */
export const toChanges = (body: z.output<typeof taskChanges>): ScheduledTaskUpdate => ({
  userId: body.user_id === 0 ? null : body.user_id,
  templateId: body.template_id === 0 ? null : body.template_id,
  url: body.url === '' ? null : body.url,
  method: body.method,
  content: body.content,
  cron: body.cron,
  timezone: body.timezone,
  active: body.active,
  catchUp: body.catch_up,
  nextRun: body.next_run,
});
