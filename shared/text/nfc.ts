/** Shorter stretches of marks the platform sorts fast enough. */
const LONGEST_STRETCH = 256;
/** Below the first combining mark there is nothing to put in order. */
const MAY_HAVE_MARKS = /[\u0300-\uffff]/;
/** Planes 0 and 1 hold every mark that canonical ordering moves. */
const CODE_POINTS = 0x20_000;
const HIGH_SURROGATES = 0xd800;
const LOW_SURROGATES = 0xdc00;
/** Of the lowest and the highest combining class. */
const LOWEST = '\u0334';
const HIGHEST = '\u0345';

/** Whether canonical ordering exchanges two marks that stand side by side. */
const isExchanged = (first: string, second: string): boolean =>
  first !== second && (first + second).normalize('NFD') === second + first;

const isMovable = (mark: string): boolean =>
  mark === LOWEST || mark === HIGHEST || isExchanged(mark, LOWEST) || isExchanged(HIGHEST, mark);

interface MarkTable {
  /** By code point: 0 is no mark or one that is never moved, else the place of its combining class. */
  readonly rank: Uint8Array;
  readonly ranks: number;
  /** The marks that are written as several others, and those. */
  readonly composite: RegExp;
  readonly parts: ReadonlyMap<string, string>;
}

/** Reads the combining classes off what the platform does, which has no other way to tell them. */
const readMarks = (): MarkTable => {
  let points = '';
  for (let code = 0x300; code < CODE_POINTS; code++) points += String.fromCodePoint(code);
  const marks = points.match(/\p{M}/gu) ?? [];
  const parts = new Map(marks.map((mark) => [mark, mark.normalize('NFD')]));
  for (const mark of marks) if (parts.get(mark) === mark) parts.delete(mark);
  const movable = marks.filter((mark) => !parts.has(mark) && isMovable(mark));
  movable.sort((a, b) => Number(isExchanged(a, b)) - Number(isExchanged(b, a)));
  const rank = new Uint8Array(CODE_POINTS);
  let ranks = 1;
  movable.forEach((mark, index) => {
    const before = movable[index - 1];
    if (before !== undefined && isExchanged(mark, before)) ranks += 1;
    rank[mark.codePointAt(0) ?? 0] = ranks;
  });
  return { rank, ranks: ranks + 1, composite: new RegExp(`[${[...parts.keys()].join('')}]`, 'gu'), parts };
};

/** Read at the start, so that no request pays for it. */
const MARKS = readMarks();

const lengthOf = (point: number): number => (point > 0xffff ? 2 : 1);

/** The code units of one stretch, stably sorted by combining class. */
const inOrder = (stretch: string): string => {
  const next = new Uint32Array(MARKS.ranks + 1);
  const rankAt = (index: number): number => MARKS.rank[stretch.codePointAt(index) ?? 0] ?? 0;
  const lengthAt = (index: number): number => lengthOf(stretch.codePointAt(index) ?? 0);
  for (let index = 0; index < stretch.length; index += lengthAt(index)) {
    const after = rankAt(index) + 1;
    next[after] = (next[after] ?? 0) + lengthAt(index);
  }
  for (let rank = 1; rank < next.length; rank++) next[rank] = (next[rank] ?? 0) + (next[rank - 1] ?? 0);
  const units = new Uint16Array(stretch.length);
  for (let index = 0; index < stretch.length; index += lengthAt(index)) {
    const rank = rankAt(index);
    let at = next[rank] ?? 0;
    units[at++] = stretch.charCodeAt(index);
    if (lengthAt(index) === 2) units[at++] = stretch.charCodeAt(index + 1);
    next[rank] = at;
  }
  return Buffer.from(units.buffer).toString('utf16le');
};

/** The text with every long stretch of marks in canonical order. */
const withMarksInOrder = (text: string): string => {
  const { rank } = MARKS;
  const pieces: string[] = [];
  let copied = 0;
  let start = 0;
  const close = (end: number): void => {
    if (end - start > LONGEST_STRETCH) {
      pieces.push(text.slice(copied, start), inOrder(text.slice(start, end)));
      copied = end;
    }
  };
  for (let index = 0; index < text.length; ) {
    const unit = text.charCodeAt(index);
    const isPair = unit >= HIGH_SURROGATES && unit < LOW_SURROGATES;
    const point = isPair ? (text.codePointAt(index) ?? 0) : unit;
    const length = lengthOf(point);
    if ((rank[point] ?? 0) === 0) {
      close(index);
      start = index + length;
    }
    index += length;
  }
  close(text.length);
  return pieces.length === 0 ? text : pieces.join('') + text.slice(copied);
};

/**
 * Unicode NFC in linear time. The platform's own sorts the combining marks behind a letter by insertion, which
 * takes seconds for 100,000 of them; it need not move what is in order already.
 */
export const toNfc = (text: string): string => {
  if (text.length <= LONGEST_STRETCH || !MAY_HAVE_MARKS.test(text)) return text.normalize('NFC');
  const plain = text.replace(MARKS.composite, (mark) => MARKS.parts.get(mark) ?? mark);
  return withMarksInOrder(plain).normalize('NFC');
};
