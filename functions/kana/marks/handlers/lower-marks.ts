import { endpoint } from '#shared/http/endpoint.ts';
import { answerMarkDrop, markDropContract } from '../mark-drop-endpoint.ts';

/** POST /test-results/drop-marks/{userId}, service: lowers the marks of the user once for the key. */
export const handler = endpoint(markDropContract, answerMarkDrop);
