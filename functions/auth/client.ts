import { networkOf } from '#shared/http/client-address.ts';
import type { RequestContext } from '#shared/http/request-state.ts';

/** What is kept of the program that called. */
export interface Client {
  /** auth.md, "Words": never the whole address. */
  readonly network: string;
  readonly userAgent: string | undefined;
}

const USER_AGENT_LENGTH = 255;

/** The client of a request; its name is cut to what the column holds. */
export const clientOf = ({ address, request }: Pick<RequestContext, 'address' | 'request'>): Client => {
  const name = [...(request.headers['user-agent'] ?? '').toWellFormed()].slice(0, USER_AGENT_LENGTH).join('');
  return { network: networkOf(address), userAgent: name === '' ? undefined : name };
};
