/** A text that resembles another one, and in what it differs. */
export interface Variant {
  readonly kind: 'blank' | 'case' | 'width' | 'foreign' | 'pattern';
  readonly text: string;
}

const BLANKS = [' ', '\t', '\u00a0', '\u2003', '\u3000', '\u200b', '\ufeff', '\0'];
const FULL_WIDTH = 0xfee0;

const swapCase = (text: string): string =>
  [...text]
    .map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
    .join('');

const widen = (text: string): string =>
  text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + FULL_WIDTH));

const LOOK_ALIKES: Readonly<Record<string, string>> = { a: 'а', e: 'е', i: 'і', o: 'о', u: 'ü', '1': '١' };

const foreign = (text: string): string[] => [
  'あ',
  `${text}あ`,
  `${text}\u0301`,
  '🎌',
  text.replace(/[aeiou]/g, (vowel) => `${vowel}\u0301`.normalize('NFC')),
  text.replace(/[aeiou1]/g, (character) => LOOK_ALIKES[character] ?? character),
];

/** Texts that a careless comparison takes for the given one; none of them is it. */
export const variantsOf = (text: string): Variant[] =>
  [
    ...BLANKS.flatMap((blank) => [`${text}${blank}`, `${blank}${text}`]).map(
      (each) => ['blank', each] as const,
    ),
    ['case', swapCase(text)] as const,
    ['width', widen(text)] as const,
    ...foreign(text).map((each) => ['foreign', each] as const),
    ...['%', `_${text.slice(1)}`, `${text.slice(0, -1)}_`, `${text}\\`, `'${text}`].map(
      (each) => ['pattern', each] as const,
    ),
  ]
    .map(([kind, each]) => ({ kind, text: each }))
    .filter((variant) => variant.text !== text);
