import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { AppError } from '../errors/app-error.ts';
import type { BodySpec, UploadedFile } from './contract.ts';
import { normalizeText } from './normalize.ts';

const MAXIMUM_PARTS = 100;
const MAXIMUM_TEXT_BYTES = 1_048_576;

/** Whether the content type is multipart with a boundary. */
export const isMultipart = (contentType: string | undefined): boolean =>
  /^multipart\/form-data\s*;/i.test(contentType?.trim() ?? '') && /boundary\s*=/i.test(contentType ?? '');

/** The parts of a multipart body by name; empty texts and, unless they are to be kept, empty files are left out. */
export interface MultipartParts {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, UploadedFile>>;
}

const malformed = (cause?: unknown) =>
  new AppError('malformed_request', { message: 'The multipart body could not be read.', cause });

/**
 * Reads the text parts and the declared file parts; other file parts are skipped.
 * @throws AppError `malformed_request` for a broken body or a part given twice, `payload_too_large`
 */
export const parseMultipart = (bytes: Buffer, contentType: string, spec: BodySpec): Promise<MultipartParts> =>
  new Promise((resolve, reject) => {
    const fields: Record<string, string> = Object.create(null);
    const files: Record<string, UploadedFile> = Object.create(null);
    const fail = (error: unknown) => reject(error instanceof AppError ? error : malformed(error));
    let parser: InstanceType<typeof Busboy>;
    try {
      parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: MAXIMUM_PARTS, fieldSize: MAXIMUM_TEXT_BYTES, fieldNameSize: 200 },
      });
    } catch (cause) {
      fail(cause);
      return;
    }
    parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
      if (valueTruncated) return fail(new AppError('payload_too_large'));
      if (name in fields) return fail(malformed());
      try {
        const text = normalizeText(String(value), !spec.untrimmed?.includes(name));
        if (text !== '') fields[name] = text;
      } catch (error) {
        fail(error);
      }
    });
    parser.on('file', (name, stream, filename) => {
      const { maxBytes: limit, keepsEmpty } = spec.files?.[name] ?? {};
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('error', fail);
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (limit === undefined) return;
        if (size > limit) return fail(new AppError('payload_too_large'));
        chunks.push(chunk);
      });
      stream.on('end', () => {
        // A form whose file field was left blank sends an empty part with an empty name.
        if (limit === undefined || (size === 0 && !(keepsEmpty && filename))) return;
        if (name in files) return fail(malformed());
        const content = Buffer.concat(chunks);
        const sha256 = createHash('sha256').update(content).digest('hex');
        files[name] = { filename: (filename ?? '').normalize('NFC'), bytes: content, sha256 };
      });
    });
    parser.on('partsLimit', () => fail(new AppError('payload_too_large')));
    parser.on('error', fail);
    parser.on('finish', () => resolve({ fields, files }));
    Readable.from([bytes]).pipe(parser);
  });
