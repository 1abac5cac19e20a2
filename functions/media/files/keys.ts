import { randomUUID } from 'node:crypto';

/** Folder of finished objects. */
export const OBJECTS = 'objects/';
/** Folder of bytes that are being received or checked. */
export const TEMPORARY = 'tmp/';
/** Folder of the bytes of two-step uploads that are not completed. */
export const UPLOADS = 'uploads/';

/** Where the bytes with this digest live (rule 24). */
export const objectKey = (sha256: string): string =>
  `${OBJECTS}${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;

/** The digest in an object's key; undefined for what is none. */
export const digestOfKey = (key: string): string | undefined => {
  const [, sha256 = ''] = /\/([0-9a-f]{64})$/.exec(key) ?? [];
  return objectKey(sha256) === key ? sha256 : undefined;
};

/** A key that nothing else uses. */
export const temporaryKey = (): string => `${TEMPORARY}${randomUUID()}`;

/** Where the bytes of an upload wait for its completion. */
export const uploadKey = (uploadId: string): string => `${UPLOADS}${uploadId}`;
