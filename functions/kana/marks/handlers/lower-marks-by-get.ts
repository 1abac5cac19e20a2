import { endpoint } from '#shared/http/endpoint.ts';
import { answerMarkDrop, markDropContract } from '../mark-drop-endpoint.ts';

/** GET /test-results/drop-marks/{userId}, service: what POST does, for schedulers that cannot send POST. */
export const handler = endpoint(markDropContract, answerMarkDrop);
