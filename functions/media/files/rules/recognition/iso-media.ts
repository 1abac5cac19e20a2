import { type ByteSource, hasText } from './byte-source.ts';

const AUDIO_BRANDS = new Set(['M4A ', 'M4B ']);
const VIDEO_BRANDS = new Set([
  ...['isom', 'iso2', 'iso3', 'iso4', 'iso5', 'iso6', 'iso7', 'iso8', 'iso9'],
  ...['mp41', 'mp42', 'avc1', 'dash', 'M4V ', 'MSNV', 'mmp4'],
]);
/** Far more than a real file has at one level; a hostile one must not keep us reading. */
const MOST_BOXES = 10_000;
const PATH_TO_HANDLER = ['moov', 'trak', 'mdia'];
const HANDLER_OFFSET = 8;

interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

async function* boxesIn(
  source: ByteSource,
  start: number,
  end: number,
  budget: { left: number },
): AsyncGenerator<Box> {
  let position = start;
  while (position + 8 <= end && budget.left-- > 0) {
    const head = await source.read(position, 16);
    if (head.length < 8) return;
    const declared = head.readUInt32BE(0);
    const isLarge = declared === 1;
    if (isLarge && head.length < 16) return;
    const length = isLarge ? Number(head.readBigUInt64BE(8)) : declared === 0 ? end - position : declared;
    const header = isLarge ? 16 : 8;
    if (length < header || position + length > end) return;
    yield { type: head.toString('latin1', 4, 8), start: position + header, end: position + length };
    position += length;
  }
}

async function* handlersIn(
  source: ByteSource,
  { start, end }: Pick<Box, 'start' | 'end'>,
  depth: number,
  budget: { left: number },
): AsyncGenerator<string> {
  for await (const box of boxesIn(source, start, end, budget)) {
    if (box.type === PATH_TO_HANDLER[depth]) yield* handlersIn(source, box, depth + 1, budget);
    else if (depth === PATH_TO_HANDLER.length && box.type === 'hdlr') {
      const type = await source.read(box.start + HANDLER_OFFSET, 4);
      if (type.length === 4 && box.start + HANDLER_OFFSET + 4 <= box.end) yield type.toString('latin1');
    }
  }
}

/** `m4a` or `mp4` of a file with `ftyp` at 4 (ISO 14496-12); undefined for a brand that is neither. */
export const recogniseIsoMedia = async (
  source: ByteSource,
  head: Buffer,
): Promise<'m4a' | 'mp4' | undefined> => {
  const brand = head.toString('latin1', 8, 12);
  if (AUDIO_BRANDS.has(brand)) return 'm4a';
  if (!VIDEO_BRANDS.has(brand)) return undefined;
  const handlers = new Set<string>();
  const budget = { left: MOST_BOXES };
  for await (const type of handlersIn(source, { start: 0, end: source.size }, 0, budget)) handlers.add(type);
  return handlers.has('soun') && !handlers.has('vide') ? 'm4a' : 'mp4';
};

/** Whether a file is of the ISO base media family. */
export const isIsoMedia = (head: Buffer): boolean => hasText(head, 4, 'ftyp');
