import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../errors/app-error.ts';
import { commonHeaders } from '../../http/common-headers.ts';
import { errorResponse } from '../../http/error-response.ts';
import { requestIdFrom } from '../../http/request-id.ts';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const refusal = (status: number, config: Config): string => {
  const requestId = requestIdFrom(undefined);
  const code = status === 413 ? 'payload_too_large' : 'malformed_request';
  const message = 'The request is not valid HTTP or its headers are too large.';
  const body = JSON.stringify(errorResponse(new AppError(code, { message }), requestId).body);
  const headers = {
    ...commonHeaders(requestId, undefined, config),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`;
};

/** Answers what never becomes a request (broken HTTP, headers too large) in the API's error shape. */
export const answerParserErrors = (
  listener: Server,
  config: Config,
  isBusy: (socket: Socket) => boolean,
): void => {
  const inherited = listener.listeners('clientError');
  listener.removeAllListeners('clientError');
  listener.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (isBusy(socket as Socket)) {
      // The request has been handed over already, and only hapi can answer it.
      for (const listen of inherited) listen.call(listener, error, socket);
    } else if (socket.writable && error.code !== 'ECONNRESET') {
      socket.end(refusal(STATUS_OF_CODE[error.code ?? ''] ?? 400, config));
    } else {
      socket.destroy(error);
    }
  });
};
