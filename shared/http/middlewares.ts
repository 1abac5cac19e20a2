import { Readable } from 'node:stream';
import type { MiddlewareObj, Request } from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from 'aws-lambda';
import { AppError } from '../errors/app-error.ts';
import { ERROR_STATUS } from '../errors/error-codes.ts';
import type { LimitState } from '../errors/refusal-data.ts';
import type { Resources } from '../host/resources.ts';
import { checkBodySize } from './body/body.ts';
import { checkStreamSize, type HostStreams, type StreamedResult } from './body/request-stream.ts';
import { authorize, identify } from './caller/caller.ts';
import { guardsOf } from './caller/guards.ts';
import { consumeLimit } from './caller/rate-limit.ts';
import { commonHeaders } from './common-headers.ts';
import type { AnyResponse, Contract } from './contract.ts';
import { errorResponse, toAppError } from './error-response.ts';
import { rateLimitHeaders } from './refusal-headers.ts';
import { readRequest } from './request.ts';
import { requestIdFrom } from './request-id.ts';
import type { RequestState } from './request-state.ts';
import { toResponse, toStreamedResponse } from './response.ts';
import { checkRefusal, checkResponse } from './response-check.ts';
import { methodsAt, methodsShadowing } from './routing-table.ts';

/** The platform's context; {@link opening} adds the state, as Middy hands its internals to middlewares alone. */
export type EndpointContext = LambdaContext & HostStreams & { state?: RequestState };
/** An answer of the handler, and after {@link shaping} the platform's response. */
export type Outcome = AnyResponse | (APIGatewayProxyStructuredResultV2 & StreamedResult);
type Middleware = MiddlewareObj<APIGatewayProxyEventV2, Outcome, Error, EndpointContext>;
type MiddyRequest = Request<APIGatewayProxyEventV2, Outcome, Error, EndpointContext>;

/** The state of a request that {@link opening} has opened. */
export const stateOf = (context: EndpointContext): RequestState => {
  if (!context.state) throw new TypeError('the request has not been opened');
  return context.state;
};

/** Until the handler runs nothing of a request takes long enough to be aborted. */
const NEVER = new AbortController().signal;

/** Opens the request: its parsed form, id and log. */
export const requestContext = (provide: () => Promise<Resources>): Middleware => ({
  before: async ({ event, context }) => {
    const resources = await provide();
    const request = readRequest(event);
    const requestId = requestIdFrom(request.headers['x-request-id']);
    const log = resources.log.child({ requestId, function: context.functionName ?? request.routeKey });
    const limits: LimitState[] = [];
    const reportLimits = (states: readonly LimitState[]) => {
      limits.push(...states);
    };
    context.state = {
      request,
      context: { ...resources, log, requestId, signal: NEVER, reportLimits },
      startedAt: performance.now(),
      limits,
      refusalCookies: new Map(),
    };
  },
});

/** Writes one line an answer: the route as declared, never the path, query or body that were sent. */
export const logRequest = (): Middleware => {
  const write = ({ context: { state }, response, error }: MiddyRequest) => {
    if (!state) return;
    const status = (response as APIGatewayProxyStructuredResultV2 | undefined)?.statusCode ?? 500;
    const userId = state.caller?.kind === 'user' ? state.caller.userId : undefined;
    const entry = {
      method: state.request.method,
      route: state.request.routeKey,
      status,
      durationMs: Math.round((performance.now() - state.startedAt) * 10) / 10,
      ...(userId === undefined ? {} : { userId }),
    };
    if (status >= 500) state.context.log.error({ ...entry, err: error }, 'request failed');
    else state.context.log.info(entry, 'request');
  };
  return { after: write, onError: write };
};

/** Adds the headers that every response carries, under those that the endpoint gave. */
export const addCommonHeaders = (): Middleware => {
  const adorn = (request: MiddyRequest) => {
    const { state } = request.context;
    const response = request.response as APIGatewayProxyStructuredResultV2 | undefined;
    if (!state || !response) return;
    const { config, requestId } = state.context;
    const common = commonHeaders(requestId, state.request.headers['origin'], config);
    const vary = [common['vary'], response.headers?.['vary']].filter((value) => value !== undefined);
    response.headers = {
      ...common,
      ...rateLimitHeaders(state.limits),
      ...response.headers,
      ...(vary.length > 0 ? { vary: vary.join(', ') } : {}),
    };
  };
  return { after: adorn, onError: adorn };
};

/** Turns answers and errors into the platform's response; outside production it checks them first. */
export const formatResponse = (contract: Contract): Middleware => ({
  after: async (request) => {
    const state = stateOf(request.context);
    const answer = request.response as AnyResponse;
    if (state.context.config.APP_ENV !== 'production') checkResponse(contract, answer);
    request.response =
      answer.body instanceof Readable
        ? await toStreamedResponse(contract, state.request, answer, request.context.streams !== undefined)
        : toResponse(contract, state.request, answer);
  },
  onError: (request) => {
    const { state } = request.context;
    // Without a state not even the configuration could be read: the platform reports the function as failed.
    if (!state) return;
    const error = declared(contract, toAppError(request.error), state);
    if (ERROR_STATUS[error.code] >= 500) request.error = error.cause instanceof Error ? error.cause : error;
    const cookies = state.refusalCookies.get(error.code) ?? [];
    const answer = { ...errorResponse(error, state.context.requestId), cookies };
    request.response = toResponse(contract, state.request, answer);
  },
});

const declared = (contract: Contract, error: AppError, { context }: RequestState): AppError => {
  if (context.config.APP_ENV === 'production') return error;
  try {
    checkRefusal(contract, error);
    return error;
  } catch (issue) {
    return new AppError('internal_error', { cause: issue });
  }
};

const methodNotAllowed = (methods: readonly string[]) =>
  new AppError('method_not_allowed', { data: { methods: [...methods, 'OPTIONS'] } });

/** Route and size: what needs no credential. Platforms differ on trailing slashes and HEAD, so we decide. */
export const checkRoute = (contract: Contract): Middleware => ({
  before: ({ context }) => {
    const {
      request,
      context: { config },
    } = stateOf(context);
    if (request.rawPath.length > 1 && request.rawPath.endsWith('/')) throw new AppError('not_found');
    if (request.method === 'HEAD' && contract.head === false) {
      throw methodNotAllowed(methodsAt(request.rawPath));
    }
    const shadowing = contract.literalsWin ? methodsShadowing(request.rawPath, request.routeKey) : [];
    if (shadowing.length > 0) throw methodNotAllowed(shadowing);
    const stream = contract.request?.stream;
    if (stream) checkStreamSize(request, stream, config);
    else checkBodySize(request, contract.request?.body);
  },
});

/** The limit of the endpoint's bucket, then authentication and role, in the order that conventions.md gives. */
export const authorizeCaller = (contract: Contract): Middleware => ({
  before: async ({ context }) => {
    const state = stateOf(context);
    const identity = await identify(state.request, state.context);
    state.identity = identity;
    const { rateLimit = 'general' } = contract;
    if (rateLimit !== 'none') {
      await consumeLimit(rateLimit, identity, state.context);
    }
    state.caller = await authorize(guardsOf(contract), identity, state.request, state.context);
  },
});
