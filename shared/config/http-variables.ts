import { boundedDuration, integer } from './parsers.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** Bounds of the connections that the HTTP edge serves; `MEDIA_IDLE_TIMEOUT` ends those without progress. */
export const httpVariables = () => ({
  HTTP_MAX_CONNECTIONS: integer(1, 100_000).prefault('1000'),
  HTTP_HEADERS_TIMEOUT: boundedDuration('10s', SECOND_MS, HOUR_MS),
  HTTP_BODY_TIMEOUT: boundedDuration('10m', SECOND_MS, HOUR_MS),
  HTTP_KEEP_ALIVE_TIMEOUT: boundedDuration('30s', SECOND_MS, HOUR_MS),
});
