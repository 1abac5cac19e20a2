import { type ByteSource, hasText } from './byte-source.ts';

const ID3_HEADER_BYTES = 10;
const FOOTER_FLAG = 0x10;

const isAdts = (bytes: Buffer): boolean =>
  bytes.length >= 2 && bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xf6) === 0xf0;

const isLayer3 = (bytes: Buffer): boolean => {
  const [sync = 0, second = 0, third = 0] = bytes;
  return (
    sync === 0xff &&
    (second & 0xe0) === 0xe0 &&
    (second & 0x18) !== 0x08 &&
    (second & 0x06) === 0x02 &&
    ![0x00, 0xf0].includes(third & 0xf0) &&
    (third & 0x0c) !== 0x0c
  );
};

/** Length of an ID3v2 tag by its header; its size has seven bits a byte. */
const id3Length = (head: Buffer): number => {
  const size = [6, 7, 8, 9].reduce((value, at) => value * 128 + ((head[at] ?? 0) & 0x7f), 0);
  return ID3_HEADER_BYTES + size + ((head[5] ?? 0) & FOOTER_FLAG ? ID3_HEADER_BYTES : 0);
};

/** `aac` for an ADTS header, `mp3` for an MPEG Layer III one, either also behind an ID3v2 tag. */
export const recogniseMpegAudio = async (
  source: ByteSource,
  head: Buffer,
): Promise<'aac' | 'mp3' | undefined> => {
  if (isAdts(head)) return 'aac';
  if (hasText(head, 0, 'ID3')) {
    return isAdts(await source.read(id3Length(head), 2)) ? 'aac' : 'mp3';
  }
  return isLayer3(head) ? 'mp3' : undefined;
};
