import type { Readable } from 'node:stream';
import type { Config } from '../../config/config.ts';
import { AppError } from '../../errors/app-error.ts';
import type { StreamSpec } from '../contract.ts';
import type { HttpRequest } from '../request.ts';

/**
 * What a host that can stream puts into the platform's context beside the event: the body as it arrives, for
 * endpoints whose contract declares `request.stream`. Such a host also takes a stream as the answer's body.
 */
export interface HostStreams {
  readonly streams?: { readonly body: Readable | undefined };
}

/** An answer whose body is a stream, for hosts that take one; everything else is as in an ordinary answer. */
export interface StreamedResult {
  readonly stream?: Readable;
}

/** A client that breaks off, or sends nothing for too long, is a refusal like any other, not an error of ours. */
const brokenOff = (cause: unknown): AppError =>
  new AppError('malformed_request', { message: 'The request body ended before it was complete.', cause });

/**
 * The body of a request as it arrives, wherever it comes from. Who stops reading early leaves the rest to the
 * host, which needs the connection for the answer.
 * @throws AppError `malformed_request` when the client breaks off
 */
export async function* bodyStreamOf(
  request: HttpRequest,
  host: HostStreams,
): AsyncGenerator<Uint8Array, void> {
  const body = host.streams?.body;
  if (!body) {
    if (request.body.length > 0) yield request.body;
    return;
  }
  try {
    yield* body.iterator({ destroyOnReturn: false });
  } catch (cause) {
    throw brokenOff(cause);
  }
}

/** Refuses a body whose declared or buffered length is beyond what the endpoint can ever take (413). */
export const checkStreamSize = (request: HttpRequest, spec: StreamSpec, config: Config): void => {
  const declared = /^[0-9]{1,15}$/.exec(request.headers['content-length'] ?? '')?.[0] ?? '0';
  const length = Math.max(Number(declared), request.body.length);
  if (length > spec.maxBytes(request, config)) throw new AppError('payload_too_large');
};
