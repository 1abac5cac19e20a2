import type { Issue } from '#shared/errors/app-error.ts';
import { parseWebhookUrl, type WebhookHosts } from '../webhooks/rules/webhook-url.ts';
import { type Schedule, type ScheduleIssue, scheduleIssues, timetableOf } from './rules/timetable.ts';

/** What each issue of a schedule says, and of which field. */
export const SCHEDULE_ISSUES: Readonly<Record<ScheduleIssue | 'cron_never_fires', Issue>> = {
  invalid_cron: { field: 'cron', message: 'is not a cron expression', code: 'invalid_cron' },
  unknown_timezone: {
    field: 'timezone',
    message: 'is not a time zone of the IANA database',
    code: 'unknown_timezone',
  },
  cron_never_fires: {
    field: 'cron',
    message: 'has no occurrence within 5 years',
    code: 'cron_never_fires',
  },
};

/** Fault of a url that rule W1 forbids. */
export const urlIssues = (url: string | undefined, hosts: WebhookHosts): Issue[] =>
  url === undefined || parseWebhookUrl(url, hosts)
    ? []
    : [{ field: 'url', message: 'is not allowed for webhooks', code: 'url_not_allowed' }];

/** The first occurrence of a schedule after now (rule K6), or its issues. */
export const firstOccurrence = (
  schedule: Schedule,
  now: Date,
): { readonly at: Date } | { readonly issues: Issue[] } => {
  const issues = scheduleIssues(schedule).map((issue) => SCHEDULE_ISSUES[issue]);
  if (issues.length > 0) return { issues };
  const at = timetableOf(schedule)?.next(now);
  return at ? { at } : { issues: [SCHEDULE_ISSUES.cron_never_fires] };
};
