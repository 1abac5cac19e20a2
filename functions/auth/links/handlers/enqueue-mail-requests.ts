import { cronFunction } from '#shared/host/queue-function.ts';
import { mailRequestQueue } from '../mail-request-queue.ts';

/** Every minute: brings requests for a mail whose job was lost back to the queue. */
export const handler = cronFunction(mailRequestQueue.enqueuePending);
