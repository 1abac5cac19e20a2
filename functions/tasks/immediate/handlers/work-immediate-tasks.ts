import { queueFunction } from '#shared/host/queue-function.ts';
import { workImmediate } from '../work-immediate.ts';

/** Queue `immediate`: claims the attempts that its jobs name, sends their mails and records how they ended. */
export const handler = queueFunction(workImmediate);
