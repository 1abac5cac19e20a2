import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { storedMediaFileSchema, toStoredResponse } from '../../files/media-file.schema.ts';
import type { StoredMediaFile } from '../../files/media-files.ts';
import { completeUpload } from '../uploads.ts';

/** POST /media/uploads/{uploadId}/complete, who started it: checks the bytes and writes the media file. */
export const handler = endpoint(
  {
    summary: 'Complete an upload',
    description:
      'Checks the bytes and stores the file. Repeating the call returns the same file. The body is ignored.',
    guard: ['service', 'tutor'],
    idempotent: 'by-handler',
    request: { path: z.object({ uploadId: z.string() }) },
    responses: {
      201: {
        description: 'The file has been stored.',
        schema: storedMediaFileSchema,
        headers: { Location: 'Link to the metadata.' },
      },
    },
    errors: [
      'gone',
      'upload_incomplete',
      'size_mismatch',
      'digest_mismatch',
      'unsupported_media_type',
      'conflict',
    ],
  },
  async ({ path }, context) => {
    const known = await context.replayed({});
    const mediaFile = known ? (known.body as StoredMediaFile) : await completeUpload(context, path.uploadId);
    return toStoredResponse(context, mediaFile);
  },
);
