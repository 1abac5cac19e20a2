import { z } from 'zod';
import { endpoint } from '#shared/http/endpoint.ts';
import { getReadableMediaFile } from '../lookup.ts';
import { mediaFileSchema, toMetadataBody } from '../media-file.schema.ts';

/** GET /media/{id}, public for `character`, else by link or token: reads. */
export const handler = endpoint(
  {
    summary: 'Get the metadata of a file',
    description: 'The metadata of files of type `character` is public.',
    guard: ['user', 'link'],
    literalsWin: true,
    request: {
      path: z.object({
        id: z
          .string()
          .meta({ description: 'The id of the file.', example: '3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.mp3' }),
      }),
    },
    responses: { 200: { description: 'The metadata.', schema: mediaFileSchema } },
  },
  async ({ path }, context) => {
    const mediaFile = await getReadableMediaFile(context, path.id);
    return { status: 200, body: toMetadataBody(context, mediaFile) };
  },
);
