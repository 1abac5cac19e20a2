import type { Config } from '#shared/config/config.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { isMultipart } from '#shared/http/body/multipart-body.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { OVERHEAD_BYTES, withFilePart } from './file-part.ts';
import { createMediaFile, emptyFile, type StoredMediaFile } from './media-files.ts';
import { withPlaced } from './object-placing.ts';
import { type MediaType, mediaTypeRules } from './rules/media-types.ts';
import { admit, requireUsableStore, withReceived } from './staging.ts';

/** The largest file that one call may bring. */
const largestFile = (type: MediaType, config: Pick<Config, 'MEDIA_DIRECT_MAX_BYTES'>): number =>
  Math.min(mediaTypeRules(type).maxBytes, config.MEDIA_DIRECT_MAX_BYTES);

/** The longest body of a direct upload. */
export const largestBody = (type: MediaType, config: Pick<Config, 'MEDIA_DIRECT_MAX_BYTES'>): number =>
  largestFile(type, config) + OVERHEAD_BYTES;

/**
 * Stores the file of a multipart body as an attached media file, once for the request's `Idempotency-Key`.
 * @throws AppError as the table of media.md, 2.1
 */
export const uploadDirectly = async (
  context: RequestContext,
  { type, contentType }: { readonly type: MediaType; readonly contentType: string },
): Promise<StoredMediaFile> => {
  await requireUsableStore(context);
  const maxBytes = largestFile(type, context.config);
  return withFilePart(
    context.bodyStream(),
    { contentType, maxBytes },
    ({ content: source, filename, readRest }) =>
      withReceived(context, { source, maxBytes }, async (staged) => {
        await readRest();
        if (staged.size === 0 || filename === '') throw emptyFile('file');
        const content = await admit(context, staged, type);
        const origin = { type, filename, isAttached: true };
        const payload = { type, sha256: staged.sha256 };
        const known = await context.replayed(payload);
        if (known) return known.body as StoredMediaFile;
        return withPlaced(context, staged, content, async (placed) => {
          const answer = await context.commit(
            async (tx) => ({ status: 201, body: await createMediaFile(tx, context, placed, origin) }),
            payload,
          );
          return answer.body;
        });
      }),
  );
};

/** The content type of a multipart request. @throws AppError `unsupported_media_type` for any other */
export const multipartType = ({ request }: Pick<RequestContext, 'request'>): string => {
  const contentType = request.headers['content-type'];
  if (contentType === undefined || !isMultipart(contentType)) throw new AppError('unsupported_media_type');
  return contentType;
};
