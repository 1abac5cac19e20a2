import type { Generated } from 'kysely';

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

declare module '#shared/database/tables.ts' {
  interface Tables {
    email_templates: EmailTemplates;
    immediate_tasks: ImmediateTasks;
    task_attempts: TaskAttempts;
  }
}
