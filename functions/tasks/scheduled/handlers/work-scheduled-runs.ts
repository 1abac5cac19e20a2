import { queueFunction } from '#shared/host/queue-function.ts';
import { workScheduled } from '../work-scheduled.ts';

/** Queue `scheduled`: claims the runs that its jobs name, calls webhooks, sends mails and records how they ended. */
export const handler = queueFunction(workScheduled);
