import type { Generated, GeneratedAlways } from 'kysely';

interface EmailTemplates {
  id: Generated<number>;
  slug: string;
  subject_template: string;
  body_template: string;
  is_sensitive: Generated<number>;
  built_in: Generated<number>;
  created_at: Date;
  updated_at: Date;
}

interface ImmediateTasks {
  id: Generated<number>;
  user_id: Generated<number>;
  template_id: number | null;
  /** Sealed while `is_sensitive` is set, see content-storage.ts. */
  content: string;
  is_sensitive: Generated<number>;
  content_redacted: Generated<number>;
  status: Generated<'Enqueued' | 'Completed' | 'Failed'>;
  round_no: Generated<number>;
  attempts: Generated<number>;
  next_attempt_at: Date | null;
  lease_token: string | null;
  lease_until: Date | null;
  error: string | null;
  completed_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

interface TaskAttempts {
  id: Generated<number>;
  task_id: number;
  round_no: number;
  attempt: number;
  started_at: Date;
  finished_at: Date | null;
  outcome: 'Completed' | 'Failed' | 'Interrupted' | null;
  error: string | null;
}

interface ScheduledTasks {
  id: Generated<number>;
  user_id: number | null;
  /** `user_id`, or 0 without one, so that no user counts as one user. */
  user_key: GeneratedAlways<number>;
  template_id: number | null;
  url: string | null;
  method: Generated<'GET' | 'POST'>;
  content: string;
  cron: string;
  timezone: Generated<string>;
  active: Generated<number>;
  catch_up: Generated<'skip' | 'last'>;
  next_run: Date;
  previous_run: Date | null;
  created_at: Date;
  updated_at: Date;
}

interface ScheduledTaskRuns {
  id: Generated<number>;
  task_id: number;
  trigger_kind: 'schedule' | 'manual';
  /** Null for manual runs. */
  due_at: Date | null;
  status: Generated<'Pending' | 'Completed' | 'Failed' | 'Skipped'>;
  attempts: Generated<number>;
  next_attempt_at: Date | null;
  lease_token: string | null;
  lease_until: Date | null;
  webhook_done_at: Date | null;
  mail_done_at: Date | null;
  error: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

interface ScheduledTaskLogs {
  id: Generated<number>;
  task_id: number | null;
  job_id: string;
  attempt: number;
  status: 'Completed' | 'Failed';
  http_status: number | null;
  error: string | null;
  response: string | null;
  created_at: Date;
}

declare module '#shared/database/tables.ts' {
  interface Tables {
    email_templates: EmailTemplates;
    immediate_tasks: ImmediateTasks;
    task_attempts: TaskAttempts;
    scheduled_tasks: ScheduledTasks;
    scheduled_task_runs: ScheduledTaskRuns;
    scheduled_task_logs: ScheduledTaskLogs;
  }
}
