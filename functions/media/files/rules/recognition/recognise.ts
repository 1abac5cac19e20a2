import { CONTENT_TYPES, type ContentType, type Extension } from '../content-types.ts';
import { type ByteSource, hasText } from './byte-source.ts';
import { recogniseEbml } from './ebml.ts';
import { isIsoMedia, recogniseIsoMedia } from './iso-media.ts';
import { recogniseMpegAudio } from './mpeg-audio.ts';
import { isPlainText } from './plain-text.ts';
import { recogniseZip } from './zip.ts';

/** Enough for every signature, and for the first packet of an Ogg page of the longest segment table. */
const HEAD_BYTES = 512;
const FIRST_MEBIBYTE = 1_048_576;
const OGG_SEGMENTS_OFFSET = 26;

type Signature = readonly [Extension, (head: Buffer) => boolean];

const SIGNATURES: readonly Signature[] = [
  ['png', (head) => hasText(head, 0, '\x89PNG\r\n\x1a\n')],
  ['jpg', (head) => hasText(head, 0, '\xff\xd8\xff')],
  ['gif', (head) => hasText(head, 0, 'GIF87a') || hasText(head, 0, 'GIF89a')],
  ['webp', (head) => hasText(head, 0, 'RIFF') && hasText(head, 8, 'WEBP')],
  ['wav', (head) => hasText(head, 0, 'RIFF') && hasText(head, 8, 'WAVE')],
];

const recogniseOgg = (head: Buffer): Extension | undefined => {
  const packet = OGG_SEGMENTS_OFFSET + 1 + (head[OGG_SEGMENTS_OFFSET] ?? 0);
  return hasText(head, packet, 'OpusHead') || hasText(head, packet, '\x01vorbis') ? 'ogg' : undefined;
};

const extensionOf = async (source: ByteSource): Promise<Extension | undefined> => {
  const head = await source.read(0, HEAD_BYTES);
  const signature = SIGNATURES.find(([, matches]) => matches(head));
  if (signature) return signature[0];
  // These containers are decided where they are found: what they refuse is nothing else either.
  if (hasText(head, 0, 'OggS')) return recogniseOgg(head);
  if (isIsoMedia(head)) return recogniseIsoMedia(source, head);
  if (hasText(head, 0, '\x1a\x45\xdf\xa3')) return recogniseEbml(await source.read(0, FIRST_MEBIBYTE));
  if (hasText(head, 0, '%PDF-')) return 'pdf';
  if (hasText(head, 0, 'PK\x03\x04')) return recogniseZip(source, head);
  return (await recogniseMpegAudio(source, head)) ?? ((await isPlainText(source)) ? 'txt' : undefined);
};

/** What the bytes are by the table of media.md; undefined when no row matches. */
export const recognise = async (source: ByteSource): Promise<ContentType | undefined> => {
  const extension = await extensionOf(source);
  return extension && CONTENT_TYPES[extension];
};
