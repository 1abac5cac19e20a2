import { cronFunction } from '#shared/host/queue-function.ts';
import { sweepWhenDue } from '../sweep-clock.ts';

/** At the times of MEDIA_SWEEP_CRON: removes what was left behind and reports what was lost. */
export const handler = cronFunction(sweepWhenDue);
