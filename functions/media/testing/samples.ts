import { randomBytes } from 'node:crypto';

/** A sine tone as WAV: PCM, mono, 16 bits. */
export const wav = (seconds: number, rate = 8_000): Buffer => {
  const samples = Math.round(seconds * rate);
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index++) {
    bytes.writeInt16LE(Math.round(8_000 * Math.sin((index * 440 * 2 * Math.PI) / rate)), 44 + index * 2);
  }
  return bytes;
};

/** Bytes that begin like an MP3 and that no other call gives again. */
export const mp3 = (size = 200): Buffer =>
  Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 0]), randomBytes(size - 10)]);

/** A box of the ISO base media format. */
export const box = (type: string, ...content: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(
    content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  );
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};

const track = (handler: string): Buffer =>
  box('trak', box('mdia', box('hdlr', Buffer.alloc(8), handler, Buffer.alloc(13))));

/** An ISO media file of a brand with tracks of these handlers; `moov` stands behind the media data. */
export const isoMedia = (
  brand: string,
  handlers: readonly string[],
  payload: Buffer = Buffer.alloc(100),
): Buffer =>
  Buffer.concat([
    box('ftyp', brand, Buffer.alloc(4), 'isom'),
    box('mdat', payload),
    box('moov', box('mvhd', Buffer.alloc(100)), ...handlers.map(track)),
  ]);

/** An EBML element with a size of one or eight bytes. */
export const element = (id: string, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
};

/** A Matroska or WebM file with tracks of these types: 1 is video, 2 audio. */
export const ebml = (docType: string, trackTypes: readonly number[]): Buffer =>
  Buffer.concat([
    element('1a45dfa3', element('4286', Buffer.from([1])), element('4282', Buffer.from(docType))),
    element(
      '18538067',
      element('1549a966', element('2ad7b1', Buffer.from([0x0f, 0x42, 0x40]))),
      element('1654ae6b', ...trackTypes.map((type) => element('ae', element('83', Buffer.from([type]))))),
    ),
  ]);

/** An Ogg page whose first packet begins with these bytes. */
export const ogg = (packet: Buffer): Buffer => {
  const page = Buffer.alloc(27);
  page.write('OggS', 0, 'latin1');
  page[5] = 2;
  page[26] = 1;
  return Buffer.concat([page, Buffer.from([packet.length]), packet]);
};

interface ZipEntry {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly method?: number;
}

/** A ZIP archive of stored entries; `method` only labels an entry. */
export const zip = (entries: readonly ZipEntry[], comment = ''): Buffer => {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', method = 0 } of entries) {
    const body = Buffer.from(content);
    const title = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(body.length, 18);
    fields.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, title, body]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const made = Buffer.alloc(2, 20);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), made, fields, tail, title]));
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  end.writeUInt16LE(comment.length, 16);
  return Buffer.concat([...locals, listed, Buffer.from('PK\x05\x06', 'latin1'), end, Buffer.from(comment)]);
};

/** An office document with this main part and perhaps more. */
export const office = (part: string, more: readonly ZipEntry[] = []): Buffer =>
  zip([{ name: '[Content_Types].xml', content: '<Types/>' }, { name: part, content: '<x/>' }, ...more]);

/** An OpenDocument text. */
export const odt = (method = 0): Buffer =>
  zip([
    { name: 'mimetype', content: 'application/vnd.oasis.opendocument.text', method },
    { name: 'content.xml', content: '<x/>' },
  ]);
