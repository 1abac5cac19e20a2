import { cronFunction } from '#shared/host/queue-function.ts';
import { enforceRetention } from '../retention.ts';

/** Hourly: deletes finished tasks, logs and runs that have been kept long enough. */
export const handler = cronFunction(enforceRetention);
