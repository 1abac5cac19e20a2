import { foldLines } from 'nodemailer/lib/mime-funcs';

const LINE = 76;
const NAME = 'Subject: '.length;
/** Bytes of an encoded word that fits behind the header's name: 52 characters of base64. */
const WORD_BYTES = 39;
/** What no line can be broken in, what readers would decode, and blanks that folding would change. */
const UNFOLDABLE = new RegExp(`[^ -~]|[^ ]{${LINE - NAME}}|  |^ | $|=\\?`);

const word = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

/** The text as encoded words of RFC 2047, each on a line, none of which cuts a character. */
const encodedWords = (text: string): string => {
  const words: string[] = [];
  let start = 0;
  let index = 0;
  let bytes = 0;
  for (const point of text) {
    const size = Buffer.byteLength(point);
    if (bytes + size > WORD_BYTES) {
      words.push(word(text.slice(start, index)));
      start = index;
      bytes = 0;
    }
    index += point.length;
    bytes += size;
  }
  return [...words, word(text.slice(start))].join('\r\n ');
};

/**
 * The value of a subject, folded. Whatever cannot be broken as it is becomes encoded words, so that no line exceeds
 * the 998 octets of RFC 5322 and the subject comes out as it went in. The library's own are quadratic in places.
 */
export const subjectLines = (subject: string): string =>
  UNFOLDABLE.test(subject) ? encodedWords(subject) : foldLines(`Subject: ${subject}`, LINE).slice(NAME);

/** The text in base64, on lines that every server takes. Quoting takes the library half a second for a megabyte. */
export const encodedLines = (text: string): string =>
  Buffer.from(text)
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\r\n');
