import { z } from 'zod';
import { withRule } from '#shared/http/field-rules.ts';
import { idField, timestamp } from '#shared/http/fields.ts';
import { patchBody, requestTime, textField, ZONE_PATTERN } from '#shared/http/request-fields.ts';
import { contentIssue } from '../content/rules/content.ts';
import { templateIdField } from '../immediate/immediate-task.schema.ts';
import { SCHEDULE_ISSUES } from './checks.ts';
import type { ScheduledTask } from './queries/scheduled-tasks.ts';
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
      description:
        '`recipient;var1;var2;…`, required with a template. It is stored unencrypted, so keep secrets out of it.',
      example: 'ann@example.com',
      override: { type: 'string', maxLength: 10_000 },
    });

/** Everything that the schema of the document can say of a cron expression; the server reads the fields, too. */
const CRON_PATTERN = '^(@(hourly|daily|weekly|monthly|yearly)|[^ \\t]+([ \\t]+[^ \\t]+){4})$';

const cronField = () =>
  textField(1, LONGEST_TEXT.cron)
    .superRefine((cron, context) => {
      if (scheduleIssues({ cron, timezone: 'UTC' }).length > 0) refuse(context, SCHEDULE_ISSUES.invalid_cron);
    })
    .meta({
      description: 'Five cron fields, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.',
      example: '0 0 * * *',
      override: { type: 'string', minLength: 1, maxLength: LONGEST_TEXT.cron, pattern: CRON_PATTERN },
    });

const zoneField = () =>
  textField(1, LONGEST_TEXT.timezone)
    .superRefine((timezone, context) => {
      if (scheduleIssues({ cron: '@daily', timezone }).length > 0) {
        refuse(context, SCHEDULE_ISSUES.unknown_timezone);
      }
    })
    .meta({
      description: 'A time zone name of the IANA database.',
      example: 'Asia/Tokyo',
      override: { type: 'string', minLength: 1, maxLength: LONGEST_TEXT.timezone, pattern: ZONE_PATTERN },
    });

const webhookMethodSchema = z
  .enum(['GET', 'POST'])
  .meta({ id: 'WebhookMethod', description: 'The method of the webhook call.' });

const catchUpSchema = z.enum(['last', 'skip']).meta({
  id: 'CatchUp',
  description: 'What to do about missed occurrences: run the latest one, or skip those that are late.',
});

/** The fields that a request may give a scheduled task, without defaults. */
const scheduledTaskFields = {
  url: nameField(LONGEST_TEXT.url, 'The webhook to call; empty means none.'),
  method: webhookMethodSchema,
  content: contentField(),
  cron: cronField(),
  timezone: zoneField(),
  active: z.boolean(),
  catch_up: catchUpSchema,
};

const owner = {
  user_id: z
    .int()
    .min(1)
    .max(LARGEST_REFERENCE)
    .optional()
    .meta({ description: 'The user whom the task belongs to; absent for none.' }),
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

/** Documents that a task needs a template or a url. */
const needsEffect = <S extends z.ZodRawShape>(templateField: string, shape: S) =>
  z.object(shape).meta({
    description: `\`url\`, \`${templateField}\` or both; \`content\` with \`${templateField}\`.`,
    anyOf: [{ required: ['url'] }, { required: [templateField, 'content'] }],
  });

/** Body of POST /tasks/scheduled. */
export const taskBySlug = withRule(
  needsEffect('email_slug', {
    ...owner,
    email_slug: nameField(100, 'The slug of an existing template; empty means none.').optional(),
    ...creation,
  }),
  (fields, isFaulty) => effectIssues('email_slug', fields, isFaulty),
);

/** Body of POST /admin/scheduled-tasks. */
export const taskByTemplate = withRule(
  needsEffect('template_id', { ...owner, template_id: templateIdField().optional(), ...creation }),
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
  z.int().min(0).max(LARGEST_REFERENCE).optional().meta({ description: '0 removes it.' });

/** Body of PATCH /admin/scheduled-tasks/{id}. */
export const taskChanges = patchBody({
  user_id: reference(),
  template_id: reference(),
  url: scheduledTaskFields.url.optional().meta({ description: 'The webhook to call; empty removes it.' }),
  method: scheduledTaskFields.method.optional(),
  content: scheduledTaskFields.content.optional(),
  cron: scheduledTaskFields.cron.optional(),
  timezone: scheduledTaskFields.timezone.optional(),
  active: scheduledTaskFields.active.optional(),
  catch_up: scheduledTaskFields.catch_up.optional(),
  next_run: requestTime().optional().meta({
    description:
      'At most 1 year in the past and 5 years ahead; a time in the past counts as a missed occurrence.',
  }),
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

/** A scheduled task in a list. */
export const scheduledTaskItemSchema = z
  .object({
    id: idField(),
    user_id: z.int().optional(),
    template_id: z.int().optional(),
    url: z.string().optional(),
    created_at: timestamp(),
    active: z.boolean(),
    next_run: timestamp().meta({
      description: 'The earliest occurrence whose run has not started; kept while the task is inactive.',
    }),
  })
  .meta({ id: 'ScheduledTaskListItem' });

/** A scheduled task with all its fields. */
export const scheduledTaskSchema = scheduledTaskItemSchema
  .extend({
    method: webhookMethodSchema,
    content: z.string(),
    cron: z.string(),
    timezone: z.string(),
    catch_up: catchUpSchema,
    previous_run: timestamp().optional().meta({ description: 'When the latest run started.' }),
  })
  .meta({ id: 'ScheduledTask' });

/** A task as {@link scheduledTaskItemSchema}. */
export const toScheduledItem = (task: ScheduledTask) => ({
  id: task.id,
  ...(task.userId === undefined ? {} : { user_id: task.userId }),
  ...(task.templateId === undefined ? {} : { template_id: task.templateId }),
  ...(task.url === undefined ? {} : { url: task.url }),
  created_at: task.createdAt.toISOString(),
  active: task.active,
  next_run: task.nextRun.toISOString(),
});

/** A task as {@link scheduledTaskSchema}. */
export const toScheduledObject = (task: ScheduledTask) => ({
  ...toScheduledItem(task),
  method: task.method,
  content: task.content,
  cron: task.cron,
  timezone: task.timezone,
  catch_up: task.catchUp,
  ...(task.previousRun ? { previous_run: task.previousRun.toISOString() } : {}),
});
