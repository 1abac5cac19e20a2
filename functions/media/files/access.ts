import { AppError } from '#shared/errors/app-error.ts';
import type { RequestContext } from '#shared/http/request-state.ts';
import { openedBy } from './links.ts';

/**
 * Lets a request to a private media file pass by its link or, when it has none, by its token (rule 7).
 * @throws AppError `unauthenticated`, `invalid_token`
 */
export const requireReader = async (context: RequestContext, id: string): Promise<void> => {
  const link = openedBy(context, { purpose: 'media.get', id }, context.request.rawQuery);
  if (link === 'invalid') throw new AppError('invalid_token');
  if (link === 'absent') await context.authorize('user');
};

/** Lets a request to an upload pass by its link alone. @throws AppError `unauthenticated`, `invalid_token` */
export const requireUploadLink = (context: RequestContext, id: string): void => {
  const link = openedBy(context, { purpose: 'media.put', id }, context.request.rawQuery);
  if (link === 'absent') throw new AppError('unauthenticated');
  if (link === 'invalid') throw new AppError('invalid_token');
};
