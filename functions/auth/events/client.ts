import { networkOf } from '#shared/http/caller/client-address.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { type Client, cutUserAgent } from './rules/client.ts';

/** The client of a request. */
export const clientOf = ({ address, request }: Pick<RequestContext, 'address' | 'request'>): Client => ({
  network: networkOf(address),
  userAgent: cutUserAgent(request.headers['user-agent']),
});
