import { z } from 'zod';
import { timestamp } from '#shared/http/fields.ts';
import { type LinkContext, metadataUrl, url } from './links.ts';
import type { StoredMediaFile } from './media-files.ts';
import type { MediaFile } from './queries/media.ts';
import { MEDIA_TYPES, type MediaType } from './rules/media-types.ts';

const EXAMPLE_ID = '3f0e7a52-6a1c-4a0e-9f5b-0c2f7d1b9a44.mp3';

/** One of the seven types. */
export const mediaTypeSchema = z
  .enum(Object.keys(MEDIA_TYPES) as [MediaType, ...MediaType[]])
  .meta({ id: 'MediaType' });

/** A type in a path; whether there is such a type is told later than the schema would. */
export const mediaTypeInPath = () =>
  z.string().meta({ override: { type: 'string', enum: Object.keys(MEDIA_TYPES) } });

/** The path of a file. */
export const filePath = () =>
  z.object({
    type: mediaTypeInPath(),
    filename: z.string().meta({ description: 'The id of the file.', example: EXAMPLE_ID }),
  });

const facts = {
  id: z.string().meta({ example: EXAMPLE_ID }),
  type: mediaTypeSchema,
  contentType: z.string().meta({ description: 'Detected from the content of the file.' }),
  size: z.int().min(1).meta({ description: 'In bytes.' }),
  sha256: z.string().meta({ description: 'The SHA-256 digest: 64 hexadecimal digits.' }),
  url: z
    .string()
    .meta({ description: 'Link to the file. It is valid for 6 to 12 hours unless the file is public.' }),
};

/** The answer to both kinds of upload. */
export const storedMediaFileSchema = z
  .object({
    ...facts,
    message: z.string(),
    metadataUrl: z.string().meta({ description: 'Link to the metadata.' }),
  })
  .meta({ id: 'StoredMediaFile' });

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
export const mediaFileSchema = z.object({ ...facts, createdAt: timestamp() }).meta({ id: 'MediaFile' });

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
