import { endpoint } from '#shared/http/endpoint.ts';
import { deliver } from '../delivery.ts';
import { getReadableFile } from '../lookup.ts';
import { filePath } from '../media-file.schema.ts';
import { CONTENT_TYPES } from '../rules/content-types.ts';

const FILE = {
  contentType: 'application/octet-stream',
  fileTypes: Object.values(CONTENT_TYPES).map(({ contentType }) => contentType),
};
const validators = {
  ETag: 'A strong entity tag.',
  'Last-Modified': 'When the file was stored.',
  'Cache-Control': 'How long the file may be kept; this depends on its type.',
};
const described = {
  ...validators,
  'Accept-Ranges': '`bytes`.',
  'Content-Disposition': '`attachment` with the display name for documents, otherwise `inline`.',
  'Content-Security-Policy': 'Keeps the file from running anything.',
};

/** GET /media/{type}/{filename}, public for `character`, else by link or token: reads. */
export const handler = endpoint(
  {
    summary: 'Download a file',
    description:
      'Supports conditional requests and single ranges of up to 4,194,304 bytes. Files of type `character` are public.',
    guard: ['user', 'link'],
    rateLimit: 'media',
    literalsWin: true,
    request: { path: filePath() },
    responses: {
      200: { description: 'The whole file.', ...FILE, headers: described },
      206: {
        description: 'A part of the file.',
        ...FILE,
        headers: { ...described, 'Content-Range': 'The bytes that were sent, as in `bytes 0-1023/4096`.' },
      },
      302: { description: 'The file is in the store.', headers: { Location: 'A presigned URL.' } },
      304: { description: 'The copy of the client is current.', headers: validators },
    },
    conditions: [
      'If-Match',
      'If-None-Match',
      'If-Modified-Since',
      'If-Unmodified-Since',
      'If-Range',
      'Range',
    ],
    errors: ['precondition_failed', 'range_not_satisfiable'],
  },
  async ({ path }, context) => {
    const mediaFile = await getReadableFile(context, path.type, path.filename);
    return deliver(context, mediaFile);
  },
);
