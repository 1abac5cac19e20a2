import { AppError } from '#shared/errors/app-error.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { requireReader } from './access.ts';
import { findMedium, type Medium } from './queries/media.ts';
import { parseMediaId } from './rules/media-id.ts';
import { isMediaType, mediaTypeRules } from './rules/media-types.ts';

const findById = async ({ db }: Pick<RequestContext, 'db'>, id: string): Promise<Medium | undefined> =>
  parseMediaId(id) ? findMedium(db, id) : undefined;

/** The medium whose metadata the caller may read. @throws AppError 401, `not_found` */
export const readableMedium = async (context: RequestContext, id: string): Promise<Medium> => {
  const medium = await findById(context, id);
  if (medium && mediaTypeRules(medium.type).public) return medium;
  await requireReader(context, id);
  if (!medium) throw new AppError('not_found');
  return medium;
};

/** The medium whose file the caller may read at this address. @throws AppError 401, `not_found` */
export const readableFile = async (context: RequestContext, type: string, id: string): Promise<Medium> => {
  if (!isMediaType(type)) throw new AppError('not_found');
  if (!mediaTypeRules(type).public) await requireReader(context, id);
  const medium = await findById(context, id);
  if (medium?.type !== type) throw new AppError('not_found');
  return medium;
};
