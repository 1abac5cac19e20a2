import { queueFunction } from '#shared/runtime/queue-function.ts';
import { workRemovals } from '../removal.ts';

/** Queue `media-removal`: removes bytes that nothing refers to any more. */
export const handler = queueFunction(workRemovals);
