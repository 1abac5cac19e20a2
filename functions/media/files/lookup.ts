import { AppError } from '#shared/errors/app-error.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { requireReader } from './access.ts';
import { findMediaFile, type MediaFile } from './queries/media.ts';
import { parseMediaId } from './rules/media-id.ts';
import { isMediaType, mediaTypeRules } from './rules/media-types.ts';

const findById = async ({ db }: Pick<RequestContext, 'db'>, id: string): Promise<MediaFile | undefined> =>
  parseMediaId(id) ? findMediaFile(db, id) : undefined;

/** The media file whose metadata the caller may read. @throws AppError 401, `not_found` */
export const getReadableMediaFile = async (context: RequestContext, id: string): Promise<MediaFile> => {
  const mediaFile = await findById(context, id);
  if (mediaFile && mediaTypeRules(mediaFile.type).public) return mediaFile;
  await requireReader(context, id);
  if (!mediaFile) throw new AppError('not_found');
  return mediaFile;
};

/** The media file whose file the caller may read at this address. @throws AppError 401, `not_found` */
export const getReadableFile = async (
  context: RequestContext,
  type: string,
  id: string,
): Promise<MediaFile> => {
  if (!isMediaType(type)) throw new AppError('not_found');
  if (!mediaTypeRules(type).public) await requireReader(context, id);
  const mediaFile = await findById(context, id);
  if (mediaFile?.type !== type) throw new AppError('not_found');
  return mediaFile;
};
