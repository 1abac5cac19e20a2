import type { IncomingMessage } from 'node:http';
import { withTimeout } from '../async/with-timeout.ts';
import { AppError } from '../errors/app-error.ts';
import type { ByteGate } from './byte-gate.ts';
import { freeBytes } from './free-bytes.ts';
import { openSpool, type Spool } from './spool.ts';

/** A body that has been read to its end. */
export interface ReceivedBody {
  /** Undefined when there is none. */
  readonly bytes: Buffer | undefined;
  /** Says that the bytes are no longer in use; with `isOver` nobody reads them again, and they may be freed. */
  readonly release: (isOver: boolean) => void;
}

/** Bounds of a body. */
export interface BodyBounds {
  readonly maxBytes: number;
  /** For the whole body. */
  readonly timeoutMs: number;
  /** Shared by all bodies that do not fit into a connection's own buffer. */
  readonly gate: ByteGate;
}

/** A body took longer than it may. */
export class BodyTimeoutError extends Error {
  override readonly name = 'BodyTimeoutError';
}

/** What each connection may hold in memory while its body arrives; the rest goes to the disk. */
const OWN_BYTES = 65_536;
/** There is none. */
export const NO_BODY: ReceivedBody = { bytes: undefined, release: () => undefined };

/** The length of the body as the request declares it; 0 for none, and for chunks. */
export const declaredLength = ({ headers }: IncomingMessage): number =>
  Number(headers['content-length'] ?? 0);

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined || declaredLength(request) > 0;

/** Reads chunks into memory up to {@link OWN_BYTES} and then onto the disk, no faster than they are written. */
const collect = async (request: IncomingMessage, maxBytes: number) => {
  const chunks: Buffer[] = [];
  let spool: Spool | undefined;
  let size = 0;
  try {
    // The connection is still needed for the answer when reading stops early.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new AppError('payload_too_large');
      if (size <= OWN_BYTES) {
        chunks.push(chunk);
        continue;
      }
      spool ??= await openSpool();
      for (const held of [...chunks.splice(0), chunk]) {
        await spool.append(held);
        freeBytes(held);
      }
    }
    return { chunks, spool, size };
  } catch (error) {
    await spool?.close();
    throw error;
  }
};

/**
 * Reads a body as a whole. A large one waits on the disk, so that however many arrive at once, and however slowly,
 * few are in memory.
 * @throws AppError `payload_too_large`, BodyTimeoutError, StorageError, and what breaks the request off
 */
export const receiveBody = async (request: IncomingMessage, bounds: BodyBounds): Promise<ReceivedBody> => {
  if (!hasBody(request)) return NO_BODY;
  // When time is up, collecting goes on until the caller has answered and ends the connection.
  const collecting = collect(request, bounds.maxBytes);
  const { chunks, spool, size } = await withTimeout(
    bounds.timeoutMs,
    collecting,
    () => new BodyTimeoutError(),
  );
  if (!spool) return size === 0 ? NO_BODY : { ...NO_BODY, bytes: Buffer.concat(chunks) };
  const leave = await bounds.gate.enter(size);
  try {
    const bytes = await spool.read();
    const release = (isOver: boolean): void => {
      if (isOver) freeBytes(bytes);
      leave();
    };
    return { bytes, release };
  } catch (error) {
    leave();
    throw error;
  } finally {
    await spool.close();
  }
};
