import { randomUUID } from 'node:crypto';

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's `X-Request-ID` when it is harmless, else a new one. */
export const requestIdFrom = (header: string | undefined): string =>
  header !== undefined && ACCEPTABLE.test(header) ? header : randomUUID();
