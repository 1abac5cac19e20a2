const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** By code unit: 1 for what may follow a backslash besides `u`. */
const SHORT_ESCAPES = new Uint8Array(128);
for (const letter of '"\\/bfnrt') SHORT_ESCAPES[letter.charCodeAt(0)] = 1;

const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

const hexDigit = (unit: number): number => {
  if (isDigit(unit)) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
};

/** The code unit of the four digits at an index; NaN when they are not. */
const hexUnit = (text: string, at: number): number =>
  hexDigit(text.charCodeAt(at)) * 0x1000 +
  hexDigit(text.charCodeAt(at + 1)) * 0x100 +
  hexDigit(text.charCodeAt(at + 2)) * 0x10 +
  hexDigit(text.charCodeAt(at + 3));

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** Index behind the escape at an index; -1 for a wrong one, or one that names a lone surrogate. */
const endOfEscape = (text: string, at: number): number => {
  const letter = text.charCodeAt(at + 1);
  if (letter !== LETTER_U) return SHORT_ESCAPES[letter] === 1 ? at + 2 : -1;
  const unit = hexUnit(text, at + 2);
  if (Number.isNaN(unit) || isLowSurrogate(unit)) return -1;
  if (!isHighSurrogate(unit)) return at + 6;
  return text.startsWith('\\u', at + 6) && isLowSurrogate(hexUnit(text, at + 8)) ? at + 12 : -1;
};

/**
 * Index behind the JSON string that begins with the quote at `start`; -1 when there is none, or when escapes make it
 * hold text that is not valid Unicode.
 */
export const endOfString = (text: string, start: number): number => {
  let at = start + 1;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at + 1;
    if (unit === BACKSLASH) {
      at = endOfEscape(text, at);
      if (at < 0) return -1;
    } else if (unit >= SPACE) at += 1;
    // Control characters, and NaN behind the end.
    else return -1;
  }
};

const endOfDigits = (text: string, start: number): number => {
  let at = start;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at === start ? -1 : at;
};

/** Index behind the JSON number at `start`; -1 when there is none. */
export const endOfNumber = (text: string, start: number): number => {
  const first = text[start] === '-' ? start + 1 : start;
  let at = text[first] === '0' ? first + 1 : endOfDigits(text, first);
  if (at > 0 && text[at] === '.') at = endOfDigits(text, at + 1);
  if (at > 0 && (text[at] === 'e' || text[at] === 'E')) {
    at = endOfDigits(text, text[at + 1] === '+' || text[at + 1] === '-' ? at + 2 : at + 1);
  }
  return at;
};
