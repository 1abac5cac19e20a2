import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { deliver } from '../delivery.ts';
import { getReadableFile } from '../lookup.ts';

const FILE = 'application/octet-stream';
const validators = { etag: 'Strong.', 'last-modified': 'To the second.', 'cache-control': 'By type.' };
const described = {
  ...validators,
  'accept-ranges': '`bytes`.',
  'content-disposition': '`attachment` with the display name for documents, else `inline`.',
  'content-security-policy': 'Nothing in the file may run.',
};

/** GET /media/{type}/{filename}, public for `character`, else by link or token: reads. */
export const handler = endpoint(
  {
    summary: 'A file',
    description:
      'With preconditions and single ranges; a part has at most 4,194,304 bytes. `character` is public.',
    guard: ['user', 'link'],
    rateLimit: 'media',
    literalsWin: true,
    request: { path: z.object({ type: z.string(), filename: z.string() }) },
    responses: {
      200: { description: 'The whole file.', contentType: FILE, headers: described },
      206: {
        description: 'A part of the file.',
        contentType: FILE,
        headers: { ...described, 'content-range': 'What was sent.' },
      },
      302: { description: 'The file is at the store.', headers: { location: 'A presigned URL.' } },
      304: { description: 'The file is what the client has.', headers: validators },
    },
    errors: ['precondition_failed', 'range_not_satisfiable'],
  },
  async ({ path }, context) => {
    const mediaFile = await getReadableFile(context, path.type, path.filename);
    return deliver(context, mediaFile);
  },
);
