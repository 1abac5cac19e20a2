import { z } from 'zod';
import { AppError } from '#shared/errors/app-error.ts';
import { endpoint } from '#shared/http/endpoint.ts';
import { requireUploadLink } from '../../files/access.ts';
import { receiveBytes, SENT_TYPE } from '../uploads.ts';

/** PUT /media/uploads/{uploadId}, upload link: stores the bytes until completion. */
export const handler = endpoint(
  {
    summary: 'Send the bytes of an upload',
    description:
      'Use the address that `POST /media/uploads` returned. Sending again replaces the earlier bytes.',
    guard: 'link',
    request: {
      path: z.object({ uploadId: z.string() }),
      stream: {
        contentType: SENT_TYPE,
        description: 'The bytes of the file, with any content type.',
        // The size that the upload declared decides, once the link has been checked.
        maxBytes: () => Number.MAX_SAFE_INTEGER,
      },
    },
    responses: { 204: { description: 'The bytes have been received.' } },
    errors: ['conflict'],
  },
  async ({ path }, context) => {
    if (context.config.MEDIA_STORE !== 'filesystem') throw new AppError('not_found');
    requireUploadLink(context, path.uploadId);
    await receiveBytes(context, path.uploadId);
    return { status: 204 };
  },
);
