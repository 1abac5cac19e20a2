import { z } from 'zod';
import { timestamp } from '#shared/http/fields.ts';
import { type LinkContext, metadataUrl, url } from './links.ts';
import type { StoredMediaFile } from './media-files.ts';
import type { MediaFile } from './queries/media.ts';
import { MEDIA_TYPES, type MediaType } from './rules/media-types.ts';

/** One of the seven types. */
export const mediaTypeField = () => z.enum(Object.keys(MEDIA_TYPES) as [MediaType, ...MediaType[]]);

const facts = {
  id: z.string().meta({ example: '3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.mp3' }),
  type: mediaTypeField(),
  contentType: z.string().meta({ description: 'By content, whatever the client said.' }),
  size: z.int().min(1).meta({ description: 'In bytes.' }),
  sha256: z.string().meta({ description: '64 hexadecimal digits.' }),
  url: z.string().meta({ description: 'The file; a link that lives 6 to 12 hours unless it is public.' }),
};

/** The answer to both kinds of upload. */
export const storedBody = () =>
  z.object({ ...facts, message: z.string(), metadataUrl: z.string().meta({ description: 'The metadata.' }) });

/** The answer to a stored file, with links signed now. */
export const toStoredResponse = (
  context: LinkContext,
  { id, type, contentType, size, sha256 }: StoredMediaFile,
) => {
  const links = { url: url(context, type, id), metadataUrl: metadataUrl(context, type, id) };
  return {
    status: 201 as const,
    headers: { location: links.metadataUrl },
    body: { id, message: 'Media stored', type, contentType, size, sha256, ...links },
  };
};

/** The metadata of a media file. */
export const metadataBody = () => z.object({ ...facts, createdAt: timestamp() });

/** The metadata of a media file, its link signed now. */
export const toMetadataBody = (context: LinkContext, mediaFile: MediaFile) => {
  const { id, type, contentType, size, sha256, createdAt } = mediaFile;
  return {
    id,
    type,
    contentType,
    size,
    sha256,
    url: url(context, type, id),
    createdAt: createdAt.toISOString(),
  };
};
