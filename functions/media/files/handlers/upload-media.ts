import { z } from 'zod';
import { invalid } from '#shared/errors/app-error.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { largestBody, multipartType, uploadDirectly } from '../direct-upload.ts';
import { mediaTypeInPath, storedMediaFileSchema, toStoredResponse } from '../media-file.schema.ts';
import { isMediaType } from '../rules/media-types.ts';

const unknownType = () =>
  invalid({ field: 'mediaType', message: 'is not a media type', code: 'invalid_value' });

/** POST /media/{mediaType}, service: stores one file and its attached row. */
export const handler = endpoint(
  {
    summary: 'Upload a file',
    description:
      'The content type is detected from the file itself. Send files that are too large for one request through `POST /media/uploads`.',
    guard: 'service',
    idempotent: 'by-handler',
    request: {
      path: z.object({ mediaType: mediaTypeInPath() }),
      stream: {
        contentType: 'multipart/form-data',
        description: 'One part named `file` with a file name. Other parts are ignored.',
        maxBytes: ({ pathParameters }, config) => {
          const type = pathParameters['mediaType'] ?? '';
          return largestBody(isMediaType(type) ? type : 'lesson_video', config);
        },
      },
    },
    responses: {
      201: {
        description: 'The file has been stored.',
        schema: storedMediaFileSchema,
        headers: { Location: 'Link to the metadata.' },
      },
    },
    errors: ['unsupported_media_type'],
  },
  async ({ path }, context) => {
    const contentType = multipartType(context);
    if (!isMediaType(path.mediaType)) throw unknownType();
    const mediaFile = await uploadDirectly(context, { type: path.mediaType, contentType });
    return toStoredResponse(context, mediaFile);
  },
);
