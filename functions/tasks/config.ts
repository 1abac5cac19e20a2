import { z } from 'zod';
import { type Declared, declareVariables } from '#shared/config/declarations.ts';
import { decimal, httpUrl, integer, list, secret } from '#shared/config/parsers.ts';
import { hostList, signingSecrets } from './webhooks/rules/webhook-variables.ts';

/** The variables of tasks.md, but for the tick of all schedules. */
export const variables = declareVariables({
  variables: {
    TASK_LOOKAHEAD_SECONDS: integer(1, 3_600).prefault('75'),
    TASK_LEASE_SECONDS: integer(1, 3_600).prefault('60'),
    TASK_CONTENT_SECRET: secret().optional(),
    TASK_RETRY_DELAYS_SECONDS: list()
      .pipe(z.array(integer(0, 604_800)).min(1))
      .prefault('10,60,300,1800'),
    TASK_RETRY_JITTER: decimal(0, 1).prefault('0.2'),
    TASK_IMMEDIATE_CONCURRENCY: integer(1, 1_000).prefault('10'),
    TASK_SCHEDULED_CONCURRENCY: integer(1, 1_000).prefault('10'),
    TASK_SKIP_GRACE_SECONDS: integer(0, 86_400).prefault('120'),
    TASK_RETENTION_COMPLETED_DAYS: integer(0, 36_500).prefault('30'),
    TASK_RETENTION_FAILED_DAYS: integer(0, 36_500).prefault('90'),
    TASK_RETENTION_LOG_DAYS: integer(0, 36_500).prefault('90'),
    INTERNAL_BASE_URL: httpUrl().optional(),
    INTERNAL_WEBHOOK_HOSTS: hostList(),
    WEBHOOK_PRIVATE_HOSTS: hostList(),
    WEBHOOK_SIGNING_SECRETS: signingSecrets(),
    WEBHOOK_TIMEOUT_MS: integer(1, 600_000).prefault('15000'),
  },
  complete: (config) => ({
    TASK_CONTENT_SECRET: config.TASK_CONTENT_SECRET ?? config.JWT_SECRET,
    INTERNAL_BASE_URL: config.INTERNAL_BASE_URL ?? config.PUBLIC_BASE_URL,
  }),
});

type TaskVariables = Declared<typeof variables>;

declare module '#shared/config/declarations.ts' {
  interface DomainVariables extends TaskVariables {}
}
