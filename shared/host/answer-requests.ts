import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Config } from '../config/config.ts';
import { AppError } from '../errors/app-error.ts';
import { bodyLimitOf } from '../http/body/body.ts';
import { toAppError } from '../http/error-response.ts';
import { pathParametersOf } from '../http/route-match.ts';
import type { Log } from '../log/log.ts';
import { type FunctionAnswer, isAnswer, writeAnswer } from './answer.ts';
import { type ByteGate, createByteGate } from './byte-gate.ts';
import type { Connections } from './connections.ts';
import { buildEvent } from './event.ts';
import type { HttpRoutes } from './http-routes.ts';
import type { LoadedFunctions } from './load-functions.ts';
import { type Refusal, refuse } from './refusal.ts';
import { BodyTimeoutError, declaredLength, NO_BODY, receiveBody } from './request-body.ts';
import { type RequestHeaders, readHeaders } from './request-headers.ts';
import { readTarget } from './request-target.ts';

/** What the edge serves. */
export interface EdgeOptions {
  readonly functions: LoadedFunctions;
  readonly routes: HttpRoutes;
  readonly config: Config;
  readonly log: Log;
}

/** Bodies above 64 KiB that are in memory at once; others wait on the disk for their turn. */
const BYTES_IN_MEMORY = 16_777_216;
const FAILED = 500;

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: RequestHeaders;
  readonly expectsContinue: boolean;
}

/** Calls the function that the request is for. @throws AppError for what no function takes, what it threw as cause */
const callFunction = async (call: Call, options: EdgeOptions, gate: ByteGate): Promise<FunctionAnswer> => {
  const { request, response, headers, expectsContinue } = call;
  const { functions, routes, config } = options;
  const { method = '', httpVersion } = request;
  const target = readTarget(request.url ?? '', headers.headers['host'], httpVersion);
  const route = routes.find(method, target.rawPath);
  if (!route) throw new AppError('not_found');
  const { functionName, routeKey, path } = route;
  const accepts = functions.contractOf(functionName)?.request;
  const isStreamed = accepts?.stream !== undefined;
  const maxBytes = bodyLimitOf(headers.headers['content-type'], accepts?.body);
  if (!isStreamed && declaredLength(request) > maxBytes) throw new AppError('payload_too_large');
  if (expectsContinue) response.writeContinue();
  const bounds = { maxBytes, timeoutMs: config.HTTP_BODY_TIMEOUT, gate };
  const { bytes, release } = isStreamed ? NO_BODY : await receiveBody(request, bounds);
  let isOver = false;
  try {
    const requestId = randomUUID();
    const event = buildEvent({
      routeKey,
      pathParameters: path.includes('{') ? pathParametersOf(path, target.rawPath) : undefined,
      method,
      target,
      headers,
      httpVersion,
      sourceIp: request.socket.remoteAddress ?? '',
      requestId,
      now: new Date(),
      body: bytes,
    });
    const streams = { body: isStreamed ? request : undefined };
    const answer = await functions.invoke(functionName, event, { awsRequestId: requestId, streams });
    if (!isAnswer(answer)) throw new TypeError(`the function ${functionName} gave no answer`);
    // As on Lambda a function that has answered is over; one that failed, or ran out of time, may still be at work.
    isOver = Number(answer.statusCode) < FAILED;
    return answer;
  } catch (cause) {
    throw new AppError('internal_error', { cause });
  } finally {
    release(isOver);
  }
};

/** What the edge answers instead of a function; said in the log, as no function does. */
const refusalFor = (error: unknown, { request, headers }: Call, { config, log }: EdgeOptions): Refusal => {
  const { 'x-request-id': requestId, origin } = headers.headers;
  const known = { requestId, origin };
  const isLate = error instanceof BodyTimeoutError;
  const refused = isLate
    ? new AppError('malformed_request', { message: 'The request body took too long to arrive.' })
    : toAppError(error);
  const refusal = refuse(refused, known, config, isLate ? 408 : undefined);
  const { statusCode: status } = refusal;
  const entry = { method: request.method, status, requestId: refusal.headers['x-request-id'] };
  if (status >= 500) log.error({ ...entry, err: refused.cause ?? error }, 'a request could not be served');
  else log.info(entry, 'request refused');
  return refusal;
};

/** Answers all requests of a server by its functions. */
export const answerRequests = (server: Server, connections: Connections, options: EdgeOptions): void => {
  const { config, log } = options;
  const gate = createByteGate(BYTES_IN_MEMORY);

  const write = (call: Call, answer: FunctionAnswer | Refusal): Promise<void> =>
    writeAnswer(call.request, call.response, answer as FunctionAnswer, { close: connections.isDraining() });

  const serve = async (call: Call): Promise<void> => {
    const { request, response } = call;
    try {
      await write(call, await callFunction(call, options, gate));
    } catch (error) {
      if (request.socket.destroyed) {
        log.info({ method: request.method }, 'the client broke off');
      } else if (response.headersSent) {
        log.error({ err: error, method: request.method }, 'an answer broke off');
        request.socket.destroy();
      } else {
        await write(call, refusalFor(error, call, options));
      }
    }
  };

  const answering = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    const headers = readHeaders(request.rawHeaders);
    void serve({ request, response, headers, expectsContinue }).catch((error: unknown) => {
      log.error({ err: error }, 'a request could not be answered');
      request.socket.destroy();
    });
  };

  server.on('request', answering(false));
  server.on('checkContinue', answering(true));
  server.on('checkExpectation', (request, response) => {
    const headers = readHeaders(request.rawHeaders);
    const { 'x-request-id': requestId, origin } = headers.headers;
    const error = new AppError('malformed_request', {
      message: 'The header Expect asks for what this server does not offer.',
    });
    const refusal = refuse(error, { requestId, origin }, config, 417);
    void write({ request, response, headers, expectsContinue: false }, refusal);
  });
};
