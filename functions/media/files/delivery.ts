import type { Readable } from 'node:stream';
import { httpDate } from '#shared/conditional/http-date.ts';
import { checkPreconditions, keepsRange } from '#shared/conditional/preconditions.ts';
import { AppError } from '#shared/errors/app-error.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { mediaStore } from '#shared/storage/media-store.ts';
import { objectKey } from './keys.ts';
import type { MediaFile } from './queries/media.ts';
import { markMissing } from './queries/objects.ts';
import { attachment } from './rules/display-name.ts';
import { cacheControlOf, mediaTypeRules } from './rules/media-types.ts';
import { chooseRange, RANGE_BYTES, type Span } from './rules/ranges.ts';

const REDIRECT_SECONDS = 300;

/** What a GET or HEAD of a file is answered with. */
export type Delivery = { readonly headers: Readonly<Record<string, string>> } & (
  | { readonly status: 200 | 206; readonly body?: Readable }
  | { readonly status: 302 | 304 }
);

const validatorsOf = ({ sha256, createdAt }: MediaFile) => ({
  etag: `"${sha256.slice(0, 32)}"`,
  lastModified: new Date(Math.floor(createdAt.getTime() / 1_000) * 1_000),
});

const dispositionOf = ({ id, type, filename }: MediaFile): string =>
  mediaTypeRules(type).disposition === 'inline' ? 'inline' : attachment(id, filename);

/** A row whose bytes are gone answers like no row, and is reported (rule 37). */
const reportLost = async ({ db, log, now }: RequestContext, { sha256 }: MediaFile): Promise<never> => {
  await markMissing(db, sha256, now());
  log.error({ sha256 }, 'the bytes of an object are missing');
  throw new AppError('not_found');
};

const requirePresent = async (context: RequestContext, mediaFile: MediaFile): Promise<void> => {
  const found = await (await mediaStore(context)).stat(objectKey(mediaFile.sha256));
  if (found?.size !== mediaFile.size) await reportLost(context, mediaFile);
};

const open = async (context: RequestContext, mediaFile: MediaFile, span?: Span): Promise<Readable> => {
  await requirePresent(context, mediaFile);
  const store = await mediaStore(context);
  return (await store.read(objectKey(mediaFile.sha256), span)) ?? reportLost(context, mediaFile);
};

const redirectTo = async (context: RequestContext, mediaFile: MediaFile): Promise<Delivery> => {
  await requirePresent(context, mediaFile);
  const store = await mediaStore(context);
  const { contentType, sha256 } = mediaFile;
  const read = { contentType, disposition: dispositionOf(mediaFile), seconds: REDIRECT_SECONDS };
  const location = await store.presignGet?.(objectKey(sha256), read);
  if (location === undefined) throw new TypeError('a redirect needs a store that presigns');
  return { status: 302, headers: { location, 'cache-control': 'no-store' } };
};

/**
 * The whole file, a part of it, a redirect or nothing new (sections 5 and 6 of media.md).
 * @throws AppError `precondition_failed`, `range_not_satisfiable`, `not_found` when the bytes are lost
 */
export const deliver = async (context: RequestContext, mediaFile: MediaFile): Promise<Delivery> => {
  const { request, config } = context;
  const { headers, method } = request;
  const { size } = mediaFile;
  const validators = validatorsOf(mediaFile);
  const validatorHeaders = {
    // Web clients live at other origins than the API, and those that isolate themselves load nothing without this.
    'cross-origin-resource-policy': 'cross-origin',
    etag: validators.etag,
    'last-modified': httpDate(validators.lastModified),
    'cache-control': cacheControlOf(mediaFile.type),
  };
  const outcome = checkPreconditions(headers, validators);
  if (outcome === 'failed') throw new AppError('precondition_failed');
  if (outcome === 'not-modified') return { status: 304, headers: validatorHeaders };
  const whole = {
    ...validatorHeaders,
    'content-type': mediaFile.contentType,
    'content-length': String(size),
    'content-disposition': dispositionOf(mediaFile),
    'accept-ranges': 'bytes',
    'content-security-policy': "sandbox; default-src 'none'",
  };
  if (method === 'HEAD') {
    await requirePresent(context, mediaFile);
    return { status: 200, headers: whole };
  }
  const span = keepsRange(headers, validators) ? chooseRange(headers['range'], size) : 'ignored';
  if (span === 'unsatisfiable') throw new AppError('range_not_satisfiable', { data: { fileSize: size } });
  if (span === 'ignored') {
    if (size > RANGE_BYTES && config.MEDIA_LARGE_GET === 'redirect') return redirectTo(context, mediaFile);
    return { status: 200, headers: whole, body: await open(context, mediaFile) };
  }
  const { start, end } = span;
  const part = {
    'content-length': String(end - start + 1),
    'content-range': `bytes ${start}-${end}/${size}`,
  };
  return { status: 206, headers: { ...whole, ...part }, body: await open(context, mediaFile, span) };
};
