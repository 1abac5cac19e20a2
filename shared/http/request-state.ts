import type { Database } from '../database/database.ts';
import type { Context } from '../host/context.ts';
import type { Caller, Identity } from './caller.ts';
import type { AnyAnswer, Guard } from './contract.ts';
import type { LimitState } from './rate-limit.ts';
import type { HttpRequest } from './request.ts';

/** What a handler may use while it serves one request. */
export interface RequestContext extends Context {
  readonly caller: Caller;
  /** Address of the client, behind trusted proxies too. */
  readonly address: string;
  readonly request: HttpRequest;
  /** Adds limits of the endpoint's own to the two RateLimit fields of a successful answer. */
  readonly reportLimits: (states: readonly LimitState[]) => void;
  /** The body of an endpoint whose contract declares `request.stream`. */
  readonly bodyStream: () => AsyncIterable<Uint8Array>;
  /** Refuses like the guard would, for endpoints whose guard depends on the case. @throws AppError 401, 403 */
  readonly authorize: (guard: Guard) => Promise<Caller>;
  /**
   * Performs the work once for the request's `Idempotency-Key`, if it has one, in the transaction that stores
   * the answer; for contracts with `idempotent: 'by-handler'`. The payload is whatever tells two requests apart.
   */
  readonly once: (payload: unknown, perform: (db: Database) => Promise<AnyAnswer>) => Promise<AnyAnswer>;
}

/** What the middlewares of one request know of it so far. */
export interface RequestState {
  readonly request: HttpRequest;
  readonly context: Context;
  readonly startedAt: number;
  identity?: Identity;
  caller?: Caller;
  readonly limits: LimitState[];
}
