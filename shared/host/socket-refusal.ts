import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { httpDate } from '../conditional/http-date.ts';
import type { Config } from '../config/config.ts';
import { AppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { ownValue } from '../text/names.ts';
import { refuse } from './refusal.ts';

interface Fault {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'malformed_request',
    message: 'The address and the headers of the request are too large.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'payload_too_large',
    message: 'The chunk extensions of the request body are too large.',
  },
  HPE_INVALID_URL: {
    status: 400,
    code: 'malformed_request',
    message: 'The address of the request holds characters that no address may have.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'malformed_request',
    message: 'The request took too long to arrive.',
  },
};

const NOT_HTTP: Fault = {
  status: 400,
  code: 'malformed_request',
  message: 'The request is not valid HTTP.',
};

/** What an error of the HTTP parser means. */
export const faultOf = (code: string | undefined): Fault => ownValue(FAULTS, code ?? '') ?? NOT_HTTP;

/** What is answered to a connection more than there may be. */
export const TOO_MANY_CONNECTIONS: Fault = {
  status: 503,
  code: 'unavailable',
  message: 'The service has too many connections at the moment, try again.',
};

/** What is answered to CONNECT. */
export const NO_TUNNEL: Fault = {
  status: 400,
  code: 'malformed_request',
  message: 'The address of the request must be a path that begins with /.',
};

const DISCARD_MS = 1_000;

/** Answers on a connection that has no parsed request, in the API's error shape, and ends it. */
export const refuseSocket = (socket: Duplex, { status, code, message }: Fault, config: Config): void => {
  const { headers, body } = refuse(new AppError(code, { message }), {}, config);
  const all = {
    ...headers,
    date: httpDate(new Date()),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`);
  // Closing with bytes unread would reset the connection before the answer is read.
  socket.resume();
  setTimeout(() => socket.destroy(), DISCARD_MS).unref();
};
