import { on } from 'node:events';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { MIMEType } from 'node:util';
import { Busboy } from '@fastify/busboy';
import { AppError } from '../../errors/app-error.ts';
import { MultipartGate } from './multipart-gate.ts';

/** The parser is given so much at once; between two slices other requests run. */
const SLICE_BYTES = 65_536;

/** One part of a multipart body while it arrives. What is not read of it is skipped with the next one. */
export interface MultipartPart {
  readonly name: string;
  /** As it was sent, with whatever path it has; undefined for text. */
  readonly filename: string | undefined;
  readonly isFile: boolean;
  readonly content: AsyncIterable<Uint8Array>;
}

/** The refusal of a multipart body that is not well-formed. */
export const malformedMultipart = (cause?: unknown): AppError =>
  new AppError('malformed_request', { message: 'The multipart body could not be read.', cause });

/** Printable ASCII but quote and backslash: wider than RFC 2046, and read alike by the gate and the parser. */
const BOUNDARY = /^(?=.{1,70}$)[\x20\x21\x23-\x5b\x5d-\x7e]*[\x21\x23-\x5b\x5d-\x7e]$/;

const boundaryOf = (contentType: string): string => {
  let boundary: string | null;
  try {
    boundary = new MIMEType(contentType).params.get('boundary');
  } catch (cause) {
    throw malformedMultipart(cause);
  }
  if (boundary === null || !BOUNDARY.test(boundary)) throw malformedMultipart();
  return boundary;
};

type Parser = InstanceType<typeof Busboy>;

const openParser = (boundary: string): Parser =>
  new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    preservePath: true,
    // Texts come as bytes as well, so that they can be decoded strictly.
    isPartAFile: () => true,
  });

type FileEvent = [
  name: string | undefined,
  stream: Readable,
  filename: string | undefined,
  string,
  type: string,
];

/**
 * The parts of a multipart body in their order. At the first limit that is violated the body is not read further.
 * @throws AppError `malformed_request`, `payload_too_large`, and what reading the body throws
 */
export async function* multipartParts(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { contentType, maxBytes }: { readonly contentType: string; readonly maxBytes: number },
): AsyncGenerator<MultipartPart, void> {
  const boundary = boundaryOf(contentType);
  const parser = openParser(boundary);
  const stopping = new AbortController();
  let current: Readable | undefined;
  let failure: Error | undefined;
  const refusal = (error: unknown): Error => failure ?? malformedMultipart(error);
  parser.on('file', (_name: unknown, stream: Readable) => {
    current = stream;
    // The parser reports a body that breaks off without ending the stream.
    stream.on('error', (error) => stream.destroy(error));
  });
  const arriving = on(parser, 'file', { close: ['finish'] });
  // It also reports after the first error, when nobody listens any more.
  parser.on('error', () => undefined);
  feed(body, parser, { gate: new MultipartGate(boundary), maxBytes, stop: stopping.signal }).catch(
    (error: Error) => {
      failure = error;
      current?.destroy(error);
      parser.emit('error', error);
    },
  );
  try {
    for await (const [name, stream, filename, , type] of arriving as AsyncIterable<FileEvent>) {
      const isFile = filename !== undefined || type === 'application/octet-stream';
      if (name !== undefined) yield { name, filename, isFile, content: contentOf(stream, refusal) };
      stream.resume();
    }
  } catch (error) {
    throw refusal(error);
  } finally {
    stopping.abort();
    current?.destroy();
  }
}

async function* contentOf(
  stream: Readable,
  refusal: (error: unknown) => Error,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } catch (error) {
    throw refusal(error);
  }
}

/** Writes the body into the parser, slice by slice and no faster than the parts are read. */
const feed = async (
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  parser: Parser,
  { gate, maxBytes, stop }: { gate: MultipartGate; readonly maxBytes: number; readonly stop: AbortSignal },
): Promise<void> => {
  const stopped = new Promise<void>((resolve) => {
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  let size = 0;
  for await (const chunk of body) {
    for (let start = 0; start < chunk.length; start += SLICE_BYTES) {
      const slice = chunk.subarray(start, start + SLICE_BYTES);
      size += slice.length;
      if (size > maxBytes) throw new AppError('payload_too_large');
      gate.pass(slice);
      const written = new Promise<void>((resolve) => {
        parser.write(slice, () => resolve());
      });
      await Promise.race([written, stopped]);
      await setImmediate();
      if (stop.aborted) return;
    }
  }
  parser.end();
};
