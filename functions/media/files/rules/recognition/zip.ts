import { type ByteSource, hasText } from './byte-source.ts';

const ODT = 'application/vnd.oasis.opendocument.text';
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MOST_ENTRIES = 10_000;
const MOST_DIRECTORY_BYTES = 4 * 1_048_576;

const OFFICE_PARTS = [
  ['word/document.xml', 'docx'],
  ['xl/workbook.xml', 'xlsx'],
  ['ppt/presentation.xml', 'pptx'],
] as const;

/** Names in the central directory, or undefined when it is not one plain directory right before the end. */
const entryNames = async (source: ByteSource): Promise<string[] | undefined> => {
  const tailStart = Math.max(0, source.size - END_BYTES - LONGEST_COMMENT);
  const tail = await source.read(tailStart, source.size - tailStart);
  const found = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'), tail.length - END_BYTES);
  if (found < 0) return undefined;
  const count = tail.readUInt16LE(found + 10);
  const length = tail.readUInt32LE(found + 12);
  const offset = tail.readUInt32LE(found + 16);
  if (offset + length !== tailStart + found || count > MOST_ENTRIES || length > MOST_DIRECTORY_BYTES) {
    return undefined;
  }
  const directory = await source.read(offset, length);
  const names: string[] = [];
  let position = 0;
  for (let index = 0; index < count; index++) {
    if (!hasText(directory, position, 'PK\x01\x02') || position + ENTRY_BYTES > directory.length)
      return undefined;
    const [name, extra, comment] = [28, 30, 32].map((at) => directory.readUInt16LE(position + at));
    const start = position + ENTRY_BYTES;
    names.push(directory.toString('utf8', start, start + (name ?? 0)));
    position = start + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return position === directory.length ? names : undefined;
};

const isOpenDocumentText = (head: Buffer): boolean =>
  head.length >= LOCAL_BYTES &&
  head.readUInt16LE(8) === 0 &&
  head.readUInt32LE(18) === ODT.length &&
  head.readUInt16LE(26) === 'mimetype'.length &&
  hasText(head, LOCAL_BYTES, 'mimetype') &&
  hasText(head, LOCAL_BYTES + 'mimetype'.length + head.readUInt16LE(28), ODT);

/** The document that a ZIP file is; undefined for any other archive, and for one with macros. */
export const recogniseZip = async (
  source: ByteSource,
  head: Buffer,
): Promise<'odt' | 'docx' | 'xlsx' | 'pptx' | undefined> => {
  if (isOpenDocumentText(head)) return 'odt';
  const names = await entryNames(source);
  if (!names?.includes('[Content_Types].xml')) return undefined;
  if (names.some((name) => /vbaproject\.bin$/i.test(name))) return undefined;
  return OFFICE_PARTS.find(([part]) => names.includes(part))?.[1];
};
