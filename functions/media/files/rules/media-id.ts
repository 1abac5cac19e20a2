import { CONTENT_TYPES, type ContentType, isExtension } from './content-types.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const MEDIA_ID = new RegExp(`^(${UUID})\\.([a-z0-9]+)$`);
const UPLOAD_ID = new RegExp(`^${UUID}$`);

/** The parts of the id of a media file, or undefined for any other spelling. */
export const parseMediaId = (id: string): { uuid: string; content: ContentType } | undefined => {
  const [, uuid = '', extension = ''] = MEDIA_ID.exec(id) ?? [];
  return isExtension(extension) ? { uuid, content: CONTENT_TYPES[extension] } : undefined;
};

/** Whether a text is the id of an upload: a UUID v4 in lower case. */
export const isUploadId = (text: string): boolean => UPLOAD_ID.test(text);
