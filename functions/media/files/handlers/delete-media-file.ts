import { AppError } from '#shared/errors/app-error.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { filePath } from '../media-file.schema.ts';
import { deleteMediaFile } from '../media-files.ts';
import { isMediaType } from '../rules/media-types.ts';

/** DELETE /media/{type}/{filename}, service: deletes the row; its bytes follow when no other media file has them. */
export const handler = endpoint(
  {
    summary: 'Delete a file',
    guard: 'service',
    literalsWin: true,
    request: { path: filePath() },
    responses: { 204: { description: 'The file has been deleted.' } },
    errors: ['media_in_use'],
  },
  async ({ path }, context) => {
    if (!isMediaType(path.type)) throw new AppError('not_found');
    await deleteMediaFile(context, path.type, path.filename);
    return { status: 204 };
  },
);
