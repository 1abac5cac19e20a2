import { callerClaims } from '#shared/http/caller/caller.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { clientOf } from '../events/client.ts';
import type { Actor } from './users.ts';

/** The admin whom the guard has let pass. */
export const actorOf = (context: Pick<RequestContext, 'caller' | 'address' | 'request'>): Actor => ({
  ...callerClaims(context.caller),
  client: clientOf(context),
});
