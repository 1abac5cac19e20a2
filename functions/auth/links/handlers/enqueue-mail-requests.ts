import { cronFunction } from '#shared/host/queue-function.ts';
import { enqueueMailRequests } from '../mail-requests.ts';

/** Every minute: brings requests for a mail whose job was lost back to the queue. */
export const handler = cronFunction(enqueueMailRequests);
