import { queueFunction } from '#shared/host/queue-function.ts';
import { workMailRequests } from '../mail-request-worker.ts';

/** Queue `mail-requests`: looks up whose address it is, makes the link and writes the task of its mail. */
export const handler = queueFunction(workMailRequests);
