import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config/config.ts';
import { refuse } from './refusal.ts';

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const answerTo = (status: number, config: Config): string => {
  const code = status === 413 ? 'payload_too_large' : 'malformed_request';
  const message = 'The request is not valid HTTP or its headers are too large.';
  const { headers, body } = refuse(code, {}, config, message);
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
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
      socket.end(answerTo(STATUS_OF_CODE[error.code ?? ''] ?? 400, config));
    } else {
      socket.destroy(error);
    }
  });
};
