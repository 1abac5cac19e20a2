import type { Transaction } from '../database/database.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { LimitState } from '../errors/refusal-data.ts';
import type { Context } from '../host/context.ts';
import type { Caller, Identity } from './caller/caller.ts';
import type { AnyResponse, Guard } from './contract.ts';
import type { HttpRequest } from './request.ts';

/** See {@link RequestContext.commit}. */
export type Commit = <const R extends AnyResponse>(
  work: (transaction: Transaction) => Promise<R>,
  payload?: unknown,
) => Promise<R>;

/** What a handler may use while it serves one request. */
export interface RequestContext extends Context {
  readonly caller: Caller;
  /** Address of the client, behind trusted proxies too. */
  readonly address: string;
  readonly request: HttpRequest;
  /** Sets these cookies, whole `Set-Cookie` values, with a refusal of one of the codes. */
  readonly setCookiesOn: (codes: readonly ErrorCode[], cookies: readonly string[]) => void;
  /** The body of an endpoint whose contract declares `request.stream`. */
  readonly bodyStream: () => AsyncIterable<Uint8Array>;
  /** Refuses like the guard would, for endpoints whose guard depends on the case. @throws AppError 401, 403 */
  readonly authorize: (guard: Guard) => Promise<Caller>;
  /**
   * Runs `work` in the one transaction of the request, and with an `Idempotency-Key` stores its answer in it, or
   * gives the stored one instead. All that takes long comes before: `work` waits for the database alone. An
   * endpoint with `idempotent: 'by-handler'` says by `payload` what tells two of its requests apart.
   */
  readonly commit: Commit;
  /** The stored answer to an earlier request with this key and payload; for `idempotent: 'by-handler'`. */
  readonly replayed: (payload: unknown) => Promise<AnyResponse | undefined>;
  /** Whether {@link commit} has an answer to store, because the request has an `Idempotency-Key`. */
  readonly isKeyed: boolean;
}

/** What the middlewares of one request know of it so far. */
export interface RequestState {
  readonly request: HttpRequest;
  readonly context: Context;
  readonly startedAt: number;
  identity?: Identity;
  caller?: Caller;
  readonly limits: LimitState[];
  readonly refusalCookies: Map<ErrorCode, readonly string[]>;
}
