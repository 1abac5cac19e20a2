import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { StreamedResult } from '../http/body/request-stream.ts';

/** What a function answers, to a host that also takes a stream. */
export type FunctionAnswer = APIGatewayProxyStructuredResultV2 & StreamedResult;

/** The connection belongs to the host, and the length follows from the body. */
const OF_THE_HOST = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
/** How long a client that was answered early may go on sending before its connection is closed. */
const LINGER_MS = 2_000;

/** Whether a function gave an answer at all. */
export const isAnswer = (value: unknown): value is FunctionAnswer => {
  const status = (value as FunctionAnswer | undefined)?.statusCode;
  return typeof status === 'number' && status >= 200 && status <= 599;
};

const lengthOf = (answer: FunctionAnswer, body: Buffer | undefined, isHead: boolean): string | undefined => {
  const declared = Object.entries(answer.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'content-length',
  );
  // A stream's length, and a body's that HEAD does not even make, are known to the function alone.
  if (body === undefined || (isHead && body.length === 0)) return declared && String(declared[1]);
  return String(body.length);
};

const headersOf = ({ headers = {}, cookies = [] }: FunctionAnswer): OutgoingHttpHeaders => {
  const own = Object.entries(headers).filter(([name]) => !OF_THE_HOST.has(name.toLowerCase()));
  const sent: OutgoingHttpHeaders = Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
  if (cookies.length > 0) sent['set-cookie'] = [...cookies];
  return sent;
};

/**
 * Lets a client that still sends read its answer: only our half of the connection ends with it, and what comes is
 * thrown away for a while. Closing with bytes unread would reset the connection before the answer is read.
 */
const lingerAfter = (request: IncomingMessage, response: ServerResponse): void => {
  const { socket } = request;
  const destroy = (): void => void socket.destroy();
  // Node calls it once the answer has been written.
  socket.destroySoon = () => {
    socket.end();
    request.once('close', destroy);
  };
  response.once('finish', () => {
    request.on('error', () => undefined);
    request.resume();
    setTimeout(destroy, LINGER_MS).unref();
  });
};

/** How an answer is written. */
export interface AnswerOptions {
  /** Ends the connection after it. */
  readonly close: boolean;
}

/**
 * Sends exactly what the function gave: no header is added but the length and what HTTP itself needs, nothing is
 * compressed, cut or made conditional.
 * @throws TypeError when headers hold what HTTP cannot carry; nothing has been sent then
 */
export const writeAnswer = async (
  request: IncomingMessage,
  response: ServerResponse,
  answer: FunctionAnswer,
  { close }: AnswerOptions,
): Promise<void> => {
  const { statusCode = 200, stream } = answer;
  const isHead = request.method === 'HEAD';
  const isBodiless = statusCode === 204 || statusCode === 304;
  const body = stream
    ? undefined
    : Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8');
  const headers = headersOf(answer);
  const length = isBodiless ? undefined : lengthOf(answer, body, isHead);
  if (length !== undefined) headers['content-length'] = length;
  // What was not read of a body would be taken for the next request.
  if (close || !request.complete) headers['connection'] = 'close';
  response.writeHead(statusCode, headers);
  if (!request.complete) lingerAfter(request, response);
  if (stream && !isHead && !isBodiless) await pipeline(stream, response);
  else {
    stream?.destroy();
    response.end(isHead || isBodiless ? undefined : body);
  }
};
