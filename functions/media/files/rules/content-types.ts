/** What a file is, as far as a media type cares. */
export type ContentKind = 'image' | 'audio' | 'video' | 'document';

/** A row of the content table of media.md: one content type has one extension and the reverse. */
export interface ContentType {
  readonly kind: ContentKind;
  readonly contentType: string;
  readonly extension: string;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument';

const ROWS = [
  ['image', 'image/png', 'png'],
  ['image', 'image/jpeg', 'jpg'],
  ['image', 'image/gif', 'gif'],
  ['image', 'image/webp', 'webp'],
  ['audio', 'audio/wav', 'wav'],
  ['audio', 'audio/ogg', 'ogg'],
  ['audio', 'audio/mp4', 'm4a'],
  ['video', 'video/mp4', 'mp4'],
  ['audio', 'audio/webm', 'weba'],
  ['video', 'video/webm', 'webm'],
  ['document', 'application/pdf', 'pdf'],
  ['document', 'application/vnd.oasis.opendocument.text', 'odt'],
  ['document', `${OFFICE}.wordprocessingml.document`, 'docx'],
  ['document', `${OFFICE}.spreadsheetml.sheet`, 'xlsx'],
  ['document', `${OFFICE}.presentationml.presentation`, 'pptx'],
  ['audio', 'audio/aac', 'aac'],
  ['audio', 'audio/mpeg', 'mp3'],
  ['document', 'text/plain; charset=utf-8', 'txt'],
] as const;

/** The extension of a stored file. */
export type Extension = (typeof ROWS)[number][2];

/** The content table by extension. */
export const CONTENT_TYPES = Object.fromEntries(
  ROWS.map(([kind, contentType, extension]) => [extension, { kind, contentType, extension }]),
) as Readonly<Record<Extension, ContentType & { readonly extension: Extension }>>;

/** Whether a text is an extension of the table, in exactly this letter case. */
export const isExtension = (text: string): text is Extension => Object.hasOwn(CONTENT_TYPES, text);
