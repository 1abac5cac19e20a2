import middy from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from 'aws-lambda';
import { withTimeout } from '../async/with-timeout.ts';
import type { Transaction } from '../database/database.ts';
import { withTransaction } from '../database/transaction.ts';
import { AppError } from '../errors/app-error.ts';
import { assertDeclared } from '../errors/error-codes.ts';
import { processResources, type Resources } from '../host/resources.ts';
import { valuesByName } from '../text/names.ts';
import { type RawBody, readBody } from './body/body.ts';
import { bodyStreamOf, type HostStreams, type StreamedResult } from './body/request-stream.ts';
import { requireActor } from './caller/acting.ts';
import { authorize } from './caller/caller.ts';
import { guardsOf } from './caller/guards.ts';
import type { AnyResponse, Contract, EndpointResponse, Input } from './contract.ts';
import {
  commitOnce,
  findAnswer,
  type IdempotencyRequest,
  idempotencyCaller,
  idempotencyKey,
  payloadHash,
} from './idempotency.ts';
import {
  addCommonHeaders,
  authorizeCaller,
  checkRoute,
  type EndpointContext,
  formatResponse,
  logRequest,
  type Outcome,
  requestContext,
  stateOf,
} from './middlewares.ts';
import type { Commit, RequestContext, RequestState } from './request-state.ts';
import { validateRequest } from './validate.ts';

/** A function of the platform that serves one endpoint, with its contract for the documentation and the tests. */
export interface EndpointHandler {
  (
    event: APIGatewayProxyEventV2,
    context: LambdaContext & HostStreams,
  ): Promise<APIGatewayProxyStructuredResultV2 & StreamedResult>;
  readonly contract: Contract;
}

/** What tests replace. */
export interface EndpointOptions {
  readonly resources?: () => Promise<Resources>;
}

/**
 * Wraps a handler in everything that conventions.md asks of an endpoint. The order of the checks is the order
 * of the middlewares; `after` and `onError` run in reverse, so the error shape is made first and the log line last.
 * @throws TypeError when the contract names an error code that nobody has declared
 */
export const endpoint = <const C extends Contract, const R extends AnyResponse>(
  contract: C,
  // R keeps the status a literal; the second half holds the answer to the contract.
  handle: (
    input: Input<C>,
    context: RequestContext,
  ) => (Promise<R> | R) & (Promise<EndpointResponse<C>> | EndpointResponse<C>),
  options: EndpointOptions = {},
): EndpointHandler => {
  const { resources = processResources } = options;
  assertDeclared(contract.errors ?? []);
  const serve = handle as Serve;
  const stack = middy<APIGatewayProxyEventV2, Outcome, Error, EndpointContext>({
    // Our own deadline answers in the API's error shape; Middy's would be a bare timeout.
    timeoutEarlyInMillis: 0,
  })
    .use(logRequest())
    .use(addCommonHeaders())
    .use(formatResponse(contract))
    .use(requestContext(resources))
    .use(checkRoute(contract))
    .use(authorizeCaller(contract))
    .handler((_event: APIGatewayProxyEventV2, context: EndpointContext) =>
      answerInTime(contract, serve, stateOf(context), context),
    );
  return Object.assign(stack as unknown as EndpointHandler, { contract });
};

/** One reason for all: making a new one costs each request a stack trace. */
const ANSWERED = new Error('the request has been answered');

type Serve = (input: unknown, context: RequestContext) => Promise<AnyResponse> | AnyResponse;

/** Runs the handler under the deadline of a request; its signal is aborted when nobody waits any more. */
const answerInTime = async (
  contract: Contract,
  serve: Serve,
  state: RequestState,
  host: HostStreams,
): Promise<AnyResponse> => {
  const controller = new AbortController();
  const milliseconds = state.context.config.REQUEST_TIMEOUT_SECONDS * 1_000;
  const answer = answerOnce(contract, serve, state, { host, signal: controller.signal });
  try {
    // A body that arrives while it is read takes as long as it takes; the host ends it when nothing comes.
    if (host.streams?.body) return await answer;
    return await withTimeout(milliseconds, answer, () => new AppError('unavailable'));
  } finally {
    controller.abort(ANSWERED);
  }
};

/** Reads and validates the request, then performs it, unless its idempotency key has an answer already. */
const answerOnce = async (
  contract: Contract,
  serve: Serve,
  state: RequestState,
  { host, signal }: { readonly host: HostStreams; readonly signal: AbortSignal },
): Promise<AnyResponse> => {
  const { request, context, refusalCookies, identity, caller } = state;
  if (!identity || !caller) throw new TypeError('the request has not been guarded');
  const once = contract.idempotent
    ? onceFor(state, idempotencyCaller({ caller, address: identity.address }))
    : undefined;
  const body = contract.request?.body ? await readBody(request, contract.request.body) : NO_BODY;
  const valid = validateRequest(request, contract.request ?? {}, {
    value: body.value,
    missingFiles: missingFiles(contract, body),
  });
  const known = contract.idempotent === true ? await once?.find(body) : undefined;
  if (known) return known;
  let isCommitted = false;
  const isByRole = guardsOf(contract).some((guard) => guard === 'admin' || guard === 'tutor');
  const commit: Commit = async (perform, payload) => {
    const work: typeof perform = async (tx) => {
      if (isByRole) await requireActor(tx, caller);
      return perform(tx);
    };
    const payloadBody =
      contract.idempotent === 'by-handler' ? { value: payload, files: NO_BODY.files } : body;
    const answer = once ? await once.commit(payloadBody, work) : await withTransaction(context.db, work);
    isCommitted = true;
    // A stored answer was one of this endpoint.
    return answer as Awaited<ReturnType<typeof work>>;
  };
  const replayed = async (payload: unknown): Promise<AnyResponse | undefined> => {
    const stored = await once?.find({ value: payload, files: NO_BODY.files });
    isCommitted = stored !== undefined;
    return stored;
  };
  const answer = await serve(
    { ...valid, files: body.files },
    {
      ...context,
      signal,
      caller,
      address: identity.address,
      request,
      commit,
      isKeyed: once !== undefined,
      replayed,
      setCookiesOn: (codes, cookies) => {
        for (const code of codes) refusalCookies.set(code, cookies);
      },
      bodyStream: () => bodyStreamOf(request, host),
      authorize: (guard) => authorize([guard], identity, request, context),
    },
  );
  if (once && answer.status < 300 && !isCommitted && context.config.APP_ENV !== 'production') {
    throw new TypeError('an idempotent endpoint changes the database by context.commit');
  }
  return answer;
};

type Payload = Parameters<typeof payloadHash>[1];

/** The request's key at work; undefined when it has none. @throws AppError `validation_failed` for a bad one */
const onceFor = ({ request, context: { db, config } }: RequestState, caller: string) => {
  const key = idempotencyKey(request);
  if (key === undefined) return undefined;
  const requestOf = (body: Payload): IdempotencyRequest => ({
    caller,
    key,
    payloadHash: payloadHash(request, body, config),
  });
  return {
    find: (body: Payload) => findAnswer(db, requestOf(body)),
    commit: (body: Payload, work: (transaction: Transaction) => Promise<AnyResponse>) =>
      commitOnce(db, requestOf(body), work),
  };
};

const NO_BODY: RawBody = { value: {}, files: valuesByName([]) };

const missingFiles = (contract: Contract, body: RawBody): string[] =>
  Object.entries(contract.request?.body?.files ?? {})
    .filter(([name, file]) => file.required && body.files[name] === undefined)
    .map(([name]) => name);
