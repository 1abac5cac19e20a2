import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { AppError } from '#shared/errors/app-error.ts';
import { StorageError } from '#shared/storage/storage-error.ts';
import { emptyFile } from './media.ts';

/** All that a multipart body may hold besides the file: other parts, headers and boundaries. */
export const OVERHEAD_BYTES = 65_536;

const PART = 'file';

/** The file of a multipart body while it arrives. */
export interface FilePart {
  readonly stream: Readable;
  readonly filename: string;
  /** Resolves once the whole body has been read and holds exactly this one file; the stream must be read for that. */
  readonly ended: Promise<void>;
}

const malformed = (cause: unknown): AppError =>
  new AppError('malformed_request', { message: 'The multipart body could not be read.', cause });

const refusalFor = (error: unknown): Error =>
  error instanceof AppError || error instanceof StorageError ? error : malformed(error);

const openParser = (contentType: string): InstanceType<typeof Busboy> => {
  try {
    return new Busboy({ headers: { 'content-type': contentType }, preservePath: true });
  } catch (cause) {
    throw malformed(cause);
  }
};

/**
 * Does the work on the one `file` part of a multipart body as it arrives.
 * @throws AppError `payload_too_large`, `malformed_request`, `validation_failed`, and what the work throws
 */
export const withFilePart = <T>(
  body: AsyncIterable<Uint8Array>,
  { contentType, maxBytes }: { readonly contentType: string; readonly maxBytes: number },
  work: (part: FilePart) => Promise<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const parser = openParser(contentType);
    const stopped = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    ended.promise.catch(() => undefined);
    let part: Readable | undefined;
    let isWorking = false;
    let fileParts = 0;
    let otherBytes = 0;

    const fail = (error: unknown): void => {
      const refusal = refusalFor(error);
      stopped.resolve();
      ended.reject(refusal);
      part?.destroy(refusal);
      if (!isWorking) reject(refusal);
    };
    const countOther = (bytes: number): void => {
      otherBytes += bytes;
      if (otherBytes > OVERHEAD_BYTES) fail(new AppError('payload_too_large'));
    };
    const start = (stream: Readable, filename: string): void => {
      part = stream;
      isWorking = true;
      work({ stream, filename, ended: ended.promise })
        .then(resolve, (error: unknown) => reject(refusalFor(error)))
        .finally(() => stopped.resolve());
    };

    parser.on('field', (name, value) => {
      if (name === PART) fileParts += 1;
      countOther(Buffer.byteLength(String(value)));
    });
    parser.on('file', (name, stream, filename) => {
      if (name === PART) fileParts += 1;
      // The parser reports a body that breaks off on both of them.
      stream.on('error', () => undefined);
      if (name === PART && !isWorking) start(stream, filename ?? '');
      else stream.on('data', (chunk: Buffer) => countOther(chunk.length));
    });
    parser.on('error', fail);
    parser.on('finish', () => {
      if (fileParts === 1 && isWorking) ended.resolve();
      else fail(emptyFile(PART));
    });
    feed(body, parser, { maxBytes: maxBytes + OVERHEAD_BYTES, stopped: stopped.promise }).catch(fail);
  });

/** Writes the body into the parser no faster than it is read, until somebody stops it. */
const feed = async (
  body: AsyncIterable<Uint8Array>,
  parser: InstanceType<typeof Busboy>,
  { maxBytes, stopped }: { readonly maxBytes: number; readonly stopped: Promise<void> },
): Promise<void> => {
  let isStopped = false;
  void stopped.then(() => {
    isStopped = true;
  });
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new AppError('payload_too_large');
    const written = new Promise<void>((resolve) => {
      parser.write(chunk, () => resolve());
    });
    await Promise.race([written, stopped]);
    if (isStopped) return;
  }
  parser.end();
};
