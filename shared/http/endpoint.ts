import middy from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context as LambdaContext,
} from 'aws-lambda';
import type { Database } from '../database/database.ts';
import { AppError } from '../errors/app-error.ts';
import { processResources, type Resources } from '../host/resources.ts';
import { within } from '../time/within.ts';
import { type RawBody, readBody } from './body.ts';
import { authorize } from './caller.ts';
import type { Answer, AnyAnswer, Contract, Input } from './contract.ts';
import { idempotencyCaller, idempotencyKey, onceForKey, payloadHash } from './idempotency.ts';
import {
  adorning,
  type EndpointContext,
  guarding,
  logging,
  type Outcome,
  opening,
  routing,
  shaping,
  stateOf,
} from './middlewares.ts';
import type { RequestContext, RequestState } from './request-state.ts';
import { bodyStreamOf, type HostStreams, type StreamedResult } from './request-stream.ts';
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
  readonly now?: () => Date;
}

/**
 * Wraps a handler in everything that conventions.md asks of an endpoint. The order of the checks is the order
 * of the middlewares; `after` and `onError` run in reverse, so the error shape is made first and the log line last.
 */
export const endpoint = <const C extends Contract, const R extends AnyAnswer>(
  contract: C,
  // R keeps the status a literal; the second half holds the answer to the contract.
  handle: (input: Input<C>, context: RequestContext) => (Promise<R> | R) & (Promise<Answer<C>> | Answer<C>),
  options: EndpointOptions = {},
): EndpointHandler => {
  const { resources = processResources, now = () => new Date() } = options;
  const serve = handle as Serve;
  const stack = middy<APIGatewayProxyEventV2, Outcome, Error, EndpointContext>({
    // Our own deadline answers in the API's error shape; Middy's would be a bare timeout.
    timeoutEarlyInMillis: 0,
  })
    .use(logging())
    .use(adorning())
    .use(shaping(contract))
    .use(opening(resources, now))
    .use(routing(contract))
    .use(guarding(contract))
    .handler((_event: APIGatewayProxyEventV2, context: EndpointContext) =>
      answerInTime(contract, serve, stateOf(context), context),
    );
  return Object.assign(stack as unknown as EndpointHandler, { contract });
};

/** One reason for all: making a new one costs each request a stack trace. */
const ANSWERED = new Error('the request has been answered');

type Serve = (input: unknown, context: RequestContext) => Promise<AnyAnswer> | AnyAnswer;

/** Runs the handler under the deadline of a request; its signal is aborted when nobody waits any more. */
const answerInTime = async (
  contract: Contract,
  serve: Serve,
  state: RequestState,
  host: HostStreams,
): Promise<AnyAnswer> => {
  const controller = new AbortController();
  const milliseconds = state.context.config.REQUEST_TIMEOUT_SECONDS * 1_000;
  const answer = answerOnce(contract, serve, state, { host, signal: controller.signal });
  try {
    // A body that arrives while it is read takes as long as it takes; the host ends it when nothing comes.
    if (host.streams?.body) return await answer;
    return await within(milliseconds, answer, () => new AppError('unavailable'));
  } finally {
    controller.abort(ANSWERED);
  }
};

/** Reads and validates the request, then performs it, once for its idempotency key if it has one. */
const answerOnce = async (
  contract: Contract,
  serve: Serve,
  state: RequestState,
  { host, signal }: { readonly host: HostStreams; readonly signal: AbortSignal },
): Promise<AnyAnswer> => {
  const { request, context, limits, identity, caller } = state;
  if (!identity || !caller) throw new TypeError('the request has not been guarded');
  const key = contract.idempotent ? idempotencyKey(request) : undefined;
  const once = (hash: Buffer, perform: (db: Database) => Promise<AnyAnswer>): Promise<AnyAnswer> => {
    if (key === undefined) return perform(context.db);
    const scope = idempotencyCaller({ caller, address: identity.address });
    return onceForKey(context.db, { caller: scope, key, payloadHash: hash }, perform);
  };
  const body = contract.request?.body ? await readBody(request, contract.request.body) : NO_BODY;
  const valid = validateRequest(request, contract.request ?? {}, {
    value: body.value,
    missingFiles: missingFiles(contract, body),
  });
  const perform = async (db: Database) =>
    serve(
      { ...valid, files: body.files },
      {
        ...context,
        db,
        signal,
        caller,
        address: identity.address,
        request,
        reportLimits: (more) => limits.push(...more),
        bodyStream: () => bodyStreamOf(request, host),
        authorize: (guard) => authorize([guard], identity, request, context),
        once: (payload, work) =>
          once(payloadHash(request, { value: payload, files: {} }, context.config), work),
      },
    );
  if (contract.idempotent !== true) return perform(context.db);
  return once(payloadHash(request, body, context.config), perform);
};

const NO_BODY: RawBody = { value: {}, files: {} };

const missingFiles = (contract: Contract, body: RawBody): string[] =>
  Object.entries(contract.request?.body?.files ?? {})
    .filter(([name, file]) => file.required && !(name in body.files))
    .map(([name]) => name);
