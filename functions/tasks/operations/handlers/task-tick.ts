import { cronFunction } from '#shared/host/queue-function.ts';
import { tick } from '../tick.ts';

/** Every minute: brings tasks whose worker or job was lost back to work. */
export const handler = cronFunction(tick);
