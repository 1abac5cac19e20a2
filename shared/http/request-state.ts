import type { Context } from '../runtime/context.ts';
import type { Caller, Identity } from './caller.ts';
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
