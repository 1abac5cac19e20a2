import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../../errors/app-error.ts';
import { ownValue, type ValuesByName, valuesByName } from '../../text/names.ts';
import { toNfc } from '../../text/nfc.ts';
import type { BodySpec, FileSpec, UploadedFile } from '../contract.ts';
import { bodyShapeOf, type TooLong } from './body-shape.ts';
import { type MultipartPart, malformedMultipart, multipartParts } from './multipart-parts.ts';
import { normalizeBounded } from './normalize.ts';

const MAXIMUM_TEXT_BYTES = 1_048_576;
/** What is kept of a file's name, in UTF-16 units; more than any column holds. */
const LONGEST_FILENAME = 1_000;
/** Longer than any number or boolean is written, in UTF-16 units. */
const LONGEST_PLAIN = 1_000;

/** Whether the content type is multipart with a boundary. */
export const isMultipart = (contentType: string | undefined): boolean =>
  /^multipart\/form-data\s*;/i.test(contentType?.trim() ?? '') && /boundary\s*=/i.test(contentType ?? '');

/** The parts of a multipart body by name; empty texts and, unless they are to be kept, empty files are left out. */
export interface MultipartParts {
  readonly fields: ValuesByName<string | TooLong>;
  readonly files: ValuesByName<UploadedFile>;
}

/**
 * Reads the text parts and the file parts that the contract declares; the others are skipped unseen.
 * @throws AppError `malformed_request` for a broken body or a declared part given twice, `payload_too_large`
 */
export const parseMultipart = async (
  bytes: Buffer,
  contentType: string,
  spec: BodySpec,
): Promise<MultipartParts> => {
  const { members } = bodyShapeOf(spec.schema);
  const fields = new Map<string, string | TooLong>();
  const files = new Map<string, UploadedFile>();
  for await (const part of multipartParts([bytes], { contentType, maxBytes: bytes.length })) {
    const { name, isFile } = part;
    const file = isFile ? ownValue(spec.files, name) : undefined;
    if (file) {
      const uploaded = await readFile(part, file);
      if (uploaded) addOnce(files, name, uploaded);
      continue;
    }
    const shape = isFile ? undefined : members.get(name);
    if (!shape) continue;
    const text = await readText(part);
    const maximum = shape.kind === 'text' ? shape.maximum : LONGEST_PLAIN;
    addOnce(fields, name, normalizeBounded(text, maximum, !spec.untrimmed?.includes(name)));
  }
  return { fields: valuesByName([...fields].filter(([, text]) => text !== '')), files: valuesByName(files) };
};

const addOnce = <T>(values: Map<string, T>, name: string, value: T): void => {
  if (values.has(name)) throw malformedMultipart();
  values.set(name, value);
};

async function* upTo(content: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > maxBytes) throw new AppError('payload_too_large');
    yield chunk;
  }
}

const readText = async ({ content }: MultipartPart): Promise<string> => {
  const bytes = await buffer(upTo(content, MAXIMUM_TEXT_BYTES));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformedMultipart(cause);
  }
};

const readFile = async (
  { content, filename = '' }: MultipartPart,
  { maxBytes, keepsEmpty }: FileSpec,
): Promise<UploadedFile | undefined> => {
  const digest = createHash('sha256');
  const chunks: Uint8Array[] = [];
  for await (const chunk of upTo(content, maxBytes)) {
    digest.update(chunk);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  // A form whose file field was left blank sends an empty part with an empty name.
  if (bytes.length === 0 && !(keepsEmpty && filename !== '')) return undefined;
  return {
    filename: toNfc(filename.slice(0, LONGEST_FILENAME)),
    bytes,
    sha256: digest.digest('hex'),
  };
};
