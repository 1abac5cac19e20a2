/** Where a parent element of EBML (RFC 8794) begins and ends within a buffer. */
interface Element {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

const DOC_TYPE = 0x4282;
const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const VIDEO = 1;
const AUDIO = 2;

/** A variable-length integer: its value with or without the length marker, and its length in bytes. */
const readVint = (bytes: Buffer, position: number, keepMarker: boolean) => {
  const first = bytes[position];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > 8 || position + length > bytes.length) return undefined;
  let value = keepMarker ? first : first & (0xff >> length);
  let unknown = (first & (0xff >> length)) === 0xff >> length;
  for (let index = 1; index < length; index++) {
    const byte = bytes[position + index] ?? 0;
    value = value * 256 + byte;
    unknown &&= byte === 0xff;
  }
  return { value, length, unknown };
};

function* elementsIn(bytes: Buffer, start: number, end: number): Generator<Element> {
  let position = start;
  while (position < end) {
    const id = readVint(bytes, position, true);
    const size = id && readVint(bytes, position + id.length, false);
    if (!id || !size || id.length > 4) return;
    const contentStart = position + id.length + size.length;
    // An unknown size, and one beyond what was read, reaches as far as we can see.
    const contentEnd = size.unknown ? end : Math.min(end, contentStart + size.value);
    yield { id: id.value, start: contentStart, end: contentEnd };
    position = contentEnd;
  }
}

const childrenOf = (bytes: Buffer, parents: Iterable<Element>, id: number): Element[] =>
  [...parents]
    .filter((each) => each.id === id)
    .flatMap(({ start, end }) => [...elementsIn(bytes, start, end)]);

const trackTypesIn = (bytes: Buffer): number[] => {
  const inSegment = childrenOf(bytes, elementsIn(bytes, 0, bytes.length), SEGMENT);
  const inTracks = childrenOf(bytes, inSegment, TRACKS);
  return childrenOf(bytes, inTracks, TRACK_ENTRY)
    .filter(({ id }) => id === TRACK_TYPE)
    .map(({ start, end }) => (end > start ? bytes.readUIntBE(start, Math.min(end - start, 6)) : 0));
};

/** `weba` or `webm` by the first MiB of a file that begins with an EBML header; undefined for other DocTypes. */
export const recogniseEbml = (firstMebibyte: Buffer): 'weba' | 'webm' | undefined => {
  const header = childrenOf(firstMebibyte, elementsIn(firstMebibyte, 0, firstMebibyte.length), EBML_HEADER);
  const docType = header.find(({ id }) => id === DOC_TYPE);
  const name = docType && firstMebibyte.toString('latin1', docType.start, docType.end).replace(/\0+$/, '');
  if (name !== 'webm') return undefined;
  const types = trackTypesIn(firstMebibyte);
  return types.includes(AUDIO) && !types.includes(VIDEO) ? 'weba' : 'webm';
};
