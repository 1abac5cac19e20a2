import { z } from 'zod';
import { invalid } from '#shared/errors/app-error.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { largestBody, multipartType, uploadDirectly } from '../direct-upload.ts';
import { storedBody, toStoredResponse } from '../media-file.schema.ts';
import { isMediaType } from '../rules/media-types.ts';

const unknownType = () =>
  invalid({ field: 'mediaType', message: 'is no type of media', code: 'invalid_value' });

/** POST /media/{mediaType}, service: stores one file and its attached row. */
export const handler = endpoint(
  {
    summary: 'Upload a file directly',
    description:
      'The bytes decide what the file is. Larger files than one call carries go through `POST /media/uploads`.',
    guard: 'service',
    idempotent: 'by-handler',
    request: {
      path: z.object({ mediaType: z.string() }),
      stream: {
        contentType: 'multipart/form-data',
        description: 'One part `file` with a file name; other parts are ignored.',
        maxBytes: ({ pathParameters }, config) => {
          const type = pathParameters['mediaType'] ?? '';
          return largestBody(isMediaType(type) ? type : 'lesson_video', config);
        },
      },
    },
    responses: {
      201: {
        description: 'The file is stored.',
        schema: storedBody(),
        headers: { location: 'The metadata.' },
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
