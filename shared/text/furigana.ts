import { hasHan, KANA, katakanaToHiragana } from './kana.ts';

/** A stretch of a text, with its reading where it is a run that needs one: `{text: '食', reading: 'た'}`. */
export interface FuriganaPart {
  readonly text: string;
  readonly reading?: string;
}

/** What ends a run to the left: the reading of 食べ物[もの] belongs to 物 alone, of 昨日、雨[あめ] to 雨. */
const OUTSIDE_RUN = new RegExp(`[${KANA}\\p{White_Space}、。「」？！・\\]]`, 'u');
const READING = new RegExp(`^[${KANA}]{1,20}$`);

/** Splits a text where its last run begins, which is the longest stretch at its end without {@link OUTSIDE_RUN}. */
const splitRun = (text: string): { before: string; run: string } => {
  const characters = [...text];
  const before = characters.slice(0, characters.findLastIndex((each) => OUTSIDE_RUN.test(each)) + 1).join('');
  return { before, run: text.slice(before.length) };
};

const plainPart = (text: string): FuriganaPart[] => (text === '' ? [] : [{ text }]);

/**
 * Parts of a furigana such as `朝[あさ]ごはん`, in sequence, none of them empty; undefined when it is malformed: a
 * bracket without its pair, a run or reading that is empty or too long, or a Chinese character without a reading.
 */
export const parseFurigana = (furigana: string): readonly FuriganaPart[] | undefined => {
  const [first = '', ...rest] = furigana.split('[');
  const parts: FuriganaPart[] = [];
  let text = first;
  for (const piece of rest) {
    const { before, run } = splitRun(text);
    const [reading = '', after, ...more] = piece.split(']');
    if (run === '' || after === undefined || more.length > 0 || !READING.test(reading)) return undefined;
    parts.push(...plainPart(before), { text: run, reading });
    text = after;
  }
  parts.push(...plainPart(text));
  const isPlain = ({ text: plain, reading }: FuriganaPart) =>
    reading !== undefined || !(hasHan(plain) || plain.includes(']'));
  return parts.every(isPlain) ? parts : undefined;
};

/** The text that the parts annotate, as it is written. */
export const writtenText = (parts: readonly FuriganaPart[]): string => parts.map(({ text }) => text).join('');

/** The text that the parts annotate, as it is read aloud. */
export const readText = (parts: readonly FuriganaPart[]): string =>
  parts.map(({ text, reading }) => reading ?? text).join('');

/**
 * Whether a furigana annotates exactly this text and, when a reading is given, spells it; hiragana and katakana are
 * taken for equal. The empty furigana stands for none and fits everything.
 */
export const furiganaFits = (furigana: string, text: string, reading?: string): boolean => {
  if (furigana === '') return true;
  const parts = parseFurigana(furigana);
  if (parts === undefined || writtenText(parts) !== text) return false;
  return reading === undefined || katakanaToHiragana(readText(parts)) === katakanaToHiragana(reading);
};
