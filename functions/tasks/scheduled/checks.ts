import type { FieldFault } from '#shared/errors/app-error.ts';
import { parseWebhookUrl, type WebhookHosts } from '../webhooks/rules/webhook-url.ts';
import { type Schedule, type ScheduleFault, scheduleFaults, timetableOf } from './rules/timetable.ts';

/** What each fault of a schedule says, and of which field. */
export const SCHEDULE_FAULTS: Readonly<Record<ScheduleFault | 'cron_never_fires', FieldFault>> = {
  invalid_cron: { field: 'cron', message: 'is no cron expression', code: 'invalid_cron' },
  unknown_timezone: {
    field: 'timezone',
    message: 'is no time zone of the IANA database',
    code: 'unknown_timezone',
  },
  cron_never_fires: {
    field: 'cron',
    message: 'has no occurrence within 5 years',
    code: 'cron_never_fires',
  },
};

/** Fault of a url that rule W1 forbids. */
export const urlFaults = (url: string | undefined, hosts: WebhookHosts): FieldFault[] =>
  url === undefined || parseWebhookUrl(url, hosts)
    ? []
    : [{ field: 'url', message: 'is not allowed for webhooks', code: 'url_not_allowed' }];

/** The first occurrence of a schedule after now (rule K6), or its faults. */
export const firstOccurrence = (
  schedule: Schedule,
  now: Date,
): { readonly at: Date } | { readonly faults: FieldFault[] } => {
  const faults = scheduleFaults(schedule).map((fault) => SCHEDULE_FAULTS[fault]);
  if (faults.length > 0) return { faults };
  const at = timetableOf(schedule)?.next(now);
  return at ? { at } : { faults: [SCHEDULE_FAULTS.cron_never_fires] };
};
