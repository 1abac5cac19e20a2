import { AppError } from '#shared/errors/app-error.ts';
import { type MultipartPart, multipartParts } from '#shared/http/body/multipart-parts.ts';
import { emptyFile } from './media-files.ts';

/** All that a multipart body may hold besides the file: other parts, headers and boundaries. */
export const OVERHEAD_BYTES = 65_536;

const PART = 'file';

/** The file of a multipart body while it arrives. */
export interface FilePart {
  readonly content: AsyncIterable<Uint8Array>;
  readonly filename: string;
  /** Reads the rest of the body. @throws AppError unless it ends as it must and holds exactly this one file */
  readonly readRest: () => Promise<void>;
}

/**
 * Does the work on the one `file` part of a multipart body as it arrives.
 * @throws AppError `payload_too_large`, `malformed_request`, `validation_failed`, and what the work throws
 */
export const withFilePart = async <T>(
  body: AsyncIterable<Uint8Array>,
  { contentType, maxBytes }: { readonly contentType: string; readonly maxBytes: number },
  work: (part: FilePart) => Promise<T>,
): Promise<T> => {
  const parts = multipartParts(body, { contentType, maxBytes: maxBytes + OVERHEAD_BYTES });
  let partsOfName = 0;
  let otherBytes = 0;
  const next = async (): Promise<MultipartPart | undefined> => {
    const { value: part } = await parts.next();
    if (part?.name === PART) partsOfName += 1;
    return part ?? undefined;
  };
  const skip = async ({ content }: MultipartPart): Promise<void> => {
    for await (const chunk of content) {
      otherBytes += chunk.length;
      if (otherBytes > OVERHEAD_BYTES) throw new AppError('payload_too_large');
    }
  };
  const readRest = async (): Promise<void> => {
    for (let part = await next(); part; part = await next()) await skip(part);
    if (partsOfName !== 1) throw emptyFile(PART);
  };
  try {
    for (let part = await next(); part; part = await next()) {
      const { name, isFile, content, filename = '' } = part;
      if (name === PART && isFile) return await work({ content, filename, readRest });
      await skip(part);
    }
    throw emptyFile(PART);
  } finally {
    await parts.return();
  }
};
