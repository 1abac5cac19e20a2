import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { getReadableMediaFile } from '../lookup.ts';
import { metadataBody, toMetadataBody } from '../media-file.schema.ts';

/** GET /media/{id}, public for `character`, else by link or token: reads. */
export const handler = endpoint(
  {
    summary: 'Metadata of a file',
    description: 'An existing `character` is public.',
    guard: ['user', 'link'],
    literalsWin: true,
    request: { path: z.object({ id: z.string() }) },
    responses: { 200: { description: 'The metadata.', schema: metadataBody() } },
  },
  async ({ path }, context) => {
    const mediaFile = await getReadableMediaFile(context, path.id);
    return { status: 200, body: toMetadataBody(context, mediaFile) };
  },
);
