import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { describeError } from './describe-error.ts';

/** Structured log: one JSON line an event; see {@link REDACTED_KEYS} for what never gets out. */
export type Log = Logger;

/** Keys whose values are replaced wherever they stand in the first three levels of a log object. */
const REDACTED_KEYS = [
  'password',
  'currentPassword',
  'token',
  'validToken',
  'accessToken',
  'refreshToken',
  'refresh_token',
  'authorization',
  'cookie',
  'content',
  'html',
  'secret',
  'apiKey',
];
const REDACTED_PATHS = REDACTED_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]).concat(
  '*["x-api-key"]',
  '*["set-cookie"]',
);

/** A log that writes to standard output at once, so that a killed process has said everything. */
export const createLog = (level: string, destination?: DestinationStream): Log =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      serializers: { ...stdSerializers, err: describeError },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
