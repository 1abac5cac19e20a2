import { queueFunction } from '#shared/host/queue-function.ts';
import { workRemovals } from '../removal.ts';

/** Queue `media-removal`: removes bytes that nothing refers to any more. */
export const handler = queueFunction(workRemovals);
